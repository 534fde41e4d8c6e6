# ctx for PowerShell 7, and for Windows PowerShell 5.1 by its grammar. README.md beside this file is its contract.
#
# DebuggerHidden keeps every function out of Set-PSDebug -Trace, which would print the values it works on.
# The environment is read and written by .NET calls: a cmdlet costs more than a whole idle prompt may.
# Tables of variables are asked by method (get_Keys, GetEnumerator): a variable called Keys would hide the property.

# --- 1. Settings ------------------------------------------------------------------------------------------------------

if ($null -eq $ExecutionContext.SessionState.PSVariable.Get('global:__ctx_state')) {
    $global:__ctx_state = @{
        Ready = $false
        Record = $null
        Journal = $null
        After = $null
        Previous = ''
        Fresh = $false
        Quiet = $false
        Reapply = $false
        WarnedEmpty = $false
        Prompts = @()
        Stat = $null
        LinkStat = $null
        UserId = $null
        Failure = $null
    }
}
$global:__ctx_state.Program = @(__CTX_PROGRAM__)
$global:__ctx_state.Config = __CTX_CONFIG__
$global:__ctx_state.Data = __CTX_DATA__
$global:__ctx_state.Cache = __CTX_CACHE__
$global:__ctx_state.Version = __CTX_VERSION__

# --- 2. State ---------------------------------------------------------------------------------------------------------

# Record: the active profile and how to undo it; $null when none.
#   New: what each variable holds since. Old: what it held. $null: it does, or did, not exist.
#   Lists: for each list variable Front and Back, ctx's entries, and Existed. Names: what was set, in order.
# Journal: values to write when a change was interrupted; $null when none is under way. After: the Record from then on.

# What a shell that never switches can do without: each first use of a .NET class costs it a millisecond or more.
function global:__ctx_start {
    [Diagnostics.DebuggerHidden()]
    param()
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $s.Windows = [IO.Path]::DirectorySeparatorChar -eq '\'
    $s.Separator = [IO.Path]::PathSeparator
    $s.Comparer = [StringComparer]::Ordinal
    $s.Comparison = [StringComparison]::Ordinal
    $names = '^(?!(?:__)?CTX_|__ctx_)[A-Za-z_][A-Za-z0-9_]*\*?\z'
    if ($s.Windows) {
        $s.Comparer = [StringComparer]::OrdinalIgnoreCase
        $s.Comparison = [StringComparison]::OrdinalIgnoreCase
        $names = '^(?!(?i:(?:__)?CTX_))[A-Za-z_][A-Za-z0-9_().-]*\*?\z'
    }
    $s.NamePattern = [regex]::new($names)
    $s.OwnPattern = [regex]::new('(?m)^(?:CTX_PROFILE|CTX_STATUS|__CTX_.*)$')
    $s.ProfilePattern = [regex]::new('^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z')
    $s.HasArgumentList = $null -ne [Diagnostics.ProcessStartInfo].GetProperty('ArgumentList')
    $s.HasLinkTarget = $null -ne [IO.FileInfo].GetMethod('ResolveLinkTarget')
    # Before 7.3 an empty argument of a native command is lost unless it is written as two double quotes.
    $s.EmptyWord = ''
    $passing = $ExecutionContext.SessionState.PSVariable.Get('PSNativeCommandArgumentPassing')
    if ($null -eq $passing) { $s.EmptyWord = '""' }
    __ctx_adopt
    $s.Ready = $true
}

# Takes over the profile that a parent's environment names. The names in it are data from anybody: each is checked.
function global:__ctx_adopt {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $live = __ctx_environment
    $previous = $live['__CTX_PREVIOUS']
    if ($null -ne $previous -and $s.ProfilePattern.IsMatch($previous)) { $s.Previous = $previous }
    $name = $live['CTX_PROFILE']
    if ($null -eq $name) { return }
    if (-not $s.ProfilePattern.IsMatch($name)) {
        __ctx_write (__ctx_bookkeeping $live)
        return
    }
    $record = __ctx_new_record $name
    foreach ($key in ([string] $live['__CTX_SET']).Split([char] ' ')) {
        # A shell without PATH or HOME is of no use, and what they held before is not known here.
        if (-not $s.NamePattern.IsMatch($key) -or $key -match '^(PATH|HOME|.*\*)$') { continue }
        if ($s.Windows -and $key -match '^(SystemRoot|windir|ComSpec|PATHEXT|USERPROFILE|TEMP|TMP)$') { continue }
        if (-not $live.ContainsKey($key)) { continue }
        $record.New[$key] = $live[$key]
        $record.Old[$key] = $null
        $record.Names.Add($key)
    }
    foreach ($key in ([string] $live['__CTX_LISTS']).Split([char] ' ')) {
        if (-not $s.NamePattern.IsMatch($key) -or -not $live.ContainsKey("__CTX_LIST_$key")) { continue }
        $record.Lists[$key] = __ctx_new_edit $false
        $record.Lists[$key].Front.AddRange([string[]] $live["__CTX_LIST_$key"].Split($s.Separator))
    }
    $s.Record = $record
    $s.Reapply = $true
}

# --- 3. Primitives ----------------------------------------------------------------------------------------------------

function global:__ctx_new_record {
    [Diagnostics.DebuggerHidden()]
    param($Name)
    $comparer = $global:__ctx_state.Comparer
    return @{
        Profile = $Name
        New = [Collections.Hashtable]::new($comparer)
        Old = [Collections.Hashtable]::new($comparer)
        Lists = [Collections.Hashtable]::new($comparer)
        Names = [Collections.Generic.List[string]]::new()
    }
}

function global:__ctx_new_edit {
    [Diagnostics.DebuggerHidden()]
    param($Existed)
    return @{
        Front = [Collections.Generic.List[string]]::new()
        Back = [Collections.Generic.List[string]]::new()
        Existed = $Existed
    }
}

# A copy of the environment, whose names compare as the platform's do.
function global:__ctx_environment {
    [Diagnostics.DebuggerHidden()]
    param()
    $live = [Environment]::GetEnvironmentVariables()
    if (-not $global:__ctx_state.Windows) { return , $live }
    # One by one: a block that holds both Path and PATH exists, and a table made from it at once would refuse.
    $table = [Collections.Hashtable]::new($global:__ctx_state.Comparer)
    foreach ($entry in $live.GetEnumerator()) { $table[$entry.Key] = $entry.Value }
    return , $table
}

# Sets every variable of a table, and unsets those whose value is $null. May be repeated.
function global:__ctx_write {
    [Diagnostics.DebuggerHidden()]
    param($Values)
    foreach ($entry in $Values.GetEnumerator()) {
        # Not $null: PowerShell would hand an empty string over, which since 7.5 sets the variable.
        if ($null -eq $entry.Value) { [Environment]::SetEnvironmentVariable($entry.Key, [NullString]::Value) }
        else { [Environment]::SetEnvironmentVariable($entry.Key, $entry.Value) }
    }
}

# The values that a table will leave in the environment: before 7.5 an empty one takes the variable away.
function global:__ctx_settled_value {
    [Diagnostics.DebuggerHidden()]
    param($Key, $Value)
    $s = $global:__ctx_state
    if ($PSVersionTable.PSVersion.Major * 100 + $PSVersionTable.PSVersion.Minor -ge 705) { return $Value }
    if (-not $s.WarnedEmpty) {
        $s.WarnedEmpty = $true
        __ctx_error "ctx: this PowerShell cannot hold an empty value (7.5 and later can): $Key is not set"
    }
    return $null
}

function global:__ctx_error {
    [Diagnostics.DebuggerHidden()]
    param($Message)
    [Console]::Error.WriteLine($Message)
}

function global:__ctx_say {
    [Diagnostics.DebuggerHidden()]
    param($Message)
    if ($global:__ctx_state.Quiet -or $env:CTX_QUIET -or $env:CLAUDECODE) { return }
    [Console]::Error.WriteLine($Message)
}

# Gives $Error back as it was: an exception that was caught leaves an entry there.
function global:__ctx_restore_errors {
    [Diagnostics.DebuggerHidden()]
    param($Saved)
    $same = $global:Error.Count -eq $Saved.Count
    if ($same -and $Saved.Count -gt 0) { $same = [object]::ReferenceEquals($global:Error[0], $Saved[0]) }
    if ($same) { return }
    $global:Error.Clear()
    $global:Error.AddRange($Saved)
}

# The list less one occurrence of each entry: the first where ctx put it in front, the last where it put it at the end.
function global:__ctx_less {
    [Diagnostics.DebuggerHidden()]
    param($Value, $Edit)
    $s = $global:__ctx_state
    $rest = [Collections.Generic.List[string]]::new([string[]] $Value.Split($s.Separator))
    foreach ($entry in $Edit.Front) {
        for ($i = 0; $i -lt $rest.Count; $i++) {
            if ($s.Comparer.Equals($rest[$i], $entry)) { $rest.RemoveAt($i); break }
        }
    }
    foreach ($entry in $Edit.Back) {
        for ($i = $rest.Count - 1; $i -ge 0; $i--) {
            if ($s.Comparer.Equals($rest[$i], $entry)) { $rest.RemoveAt($i); break }
        }
    }
    if ($rest.Count -eq 0 -and -not $Edit.Existed) { return $null }
    return [string]::Join([string] $s.Separator, $rest)
}

# --- 4. Applying ------------------------------------------------------------------------------------------------------

# ctx's own exported variables, each to be unset.
function global:__ctx_bookkeeping {
    [Diagnostics.DebuggerHidden()]
    param($Live)
    $table = [Collections.Hashtable]::new($global:__ctx_state.Comparer)
    # One regular expression over all names: a loop would cost as much as all the rest of a switch.
    $names = [string]::Join("`n", [string[]] $Live.get_Keys())
    foreach ($match in $global:__ctx_state.OwnPattern.Matches($names)) { $table[$match.Value] = $null }
    return , $table
}

# What taking the active profile off writes: a variable that is not as ctx left it was changed by the user and stays.
function global:__ctx_off_values {
    [Diagnostics.DebuggerHidden()]
    param($Live)
    $values = __ctx_bookkeeping $Live
    [void] $values.Remove('__CTX_PIN')
    $record = $global:__ctx_state.Record
    if ($null -eq $record) { return , $values }
    $old = $record.Old
    foreach ($entry in $record.New.GetEnumerator()) {
        $key = $entry.Key
        # Equals, not -ceq: that one passes over zero-width characters.
        if ([object]::Equals($Live[$key], $entry.Value)) { $values[$key] = $old[$key] }
    }
    foreach ($entry in $record.Lists.GetEnumerator()) {
        $value = $Live[$entry.Key]
        if ($null -ne $value) { $values[$entry.Key] = __ctx_less $value $entry.Value }
    }
    return , $values
}

# Takes off, or brings to its end, what Ctrl-C left unfinished.
function global:__ctx_recover {
    [Diagnostics.DebuggerHidden()]
    param()
    __ctx_settle
    if ($null -eq $global:__ctx_state.Record) { __ctx_say 'ctx: interrupted: no profile is active' }
}

# Ends a change, if need be once more: the values written down before it began, and the record that goes with them.
function global:__ctx_settle {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    __ctx_write $s.Journal
    if ($null -eq $s.After -and $null -ne $s.Record) { $s.Previous = $s.Record.Profile }
    $s.Record = $s.After
    $s.Journal = $null
}

# Makes a profile active. Triples: kind, name, value, and so on. Throws, with everything as it was, if it cannot.
function global:__ctx_apply {
    [Diagnostics.DebuggerHidden()]
    param($Name, $Summary, $Triples)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    if (-not $s.Ready) { __ctx_start }
    if ($null -ne $s.Journal) { __ctx_recover }
    $live = __ctx_environment
    $values = __ctx_off_values $live
    $base = $live.Clone()
    foreach ($entry in $values.GetEnumerator()) {
        if ($null -eq $entry.Value) { [void] $base.Remove($entry.Key) } else { $base[$entry.Key] = $entry.Value }
    }

    $record = __ctx_new_record $Name
    $new = $record.New
    $listed = [Collections.Generic.List[string]]::new()
    $pattern = $s.NamePattern
    $strange = "ctx: the plan of $Name is not one that this shell understands: nothing was changed"
    $star = [char] '*'
    for ($i = 0; $i -lt $Triples.Length; $i += 3) {
        $kind = $Triples[$i]
        $key = $Triples[$i + 1]
        if ($kind -ceq 'unset' -and -not $base.ContainsKey($key) -and -not $new.ContainsKey($key)) {
            # Most of a plan: variables that are not there.
            if ($key.IndexOf($star) -lt 0) { continue }
        }
        if (-not $pattern.IsMatch($key)) { throw $strange }
        if ($kind -ceq 'unset') {
            if ($key.IndexOf($star) -ge 0) {
                $prefix = $key.Substring(0, $key.Length - 1)
                foreach ($other in @($base.get_Keys()) + @($new.get_Keys())) {
                    if ($other.StartsWith($prefix, $s.Comparison)) { $new[$other] = $null }
                }
            }
            else { $new[$key] = $null }
            continue
        }
        $value = $Triples[$i + 2]
        if ($value.IndexOf([char] 0) -ge 0) { throw $strange }
        if ($s.Windows) { $key = __ctx_spelling $key $base }
        if ($kind -ceq 'set' -or $kind -ceq 'assign') {
            if ($value.Length -eq 0) { $value = __ctx_settled_value $key $value }
            $new[$key] = $value
            if (-not $record.Names.Contains($key)) { $record.Names.Add($key) }
        }
        elseif ($kind -cne 'prepend' -and $kind -cne 'append') { throw $strange }
        elseif ($new.ContainsKey($key)) { $new[$key] = __ctx_join $kind $value $new[$key] }
        else {
            if (-not $record.Lists.ContainsKey($key)) {
                $record.Lists[$key] = __ctx_new_edit $base.ContainsKey($key)
                $listed.Add($key)
                $values[$key] = $base[$key]
            }
            $edit = $record.Lists[$key]
            $entries = [string[]] $value.Split($s.Separator)
            if ($kind -ceq 'prepend') { $edit.Front.InsertRange(0, $entries) } else { $edit.Back.AddRange($entries) }
            $values[$key] = __ctx_join $kind $value $values[$key]
        }
    }

    $cleared = 0
    $lost = [Collections.Generic.List[string]]::new()
    foreach ($entry in $new.GetEnumerator()) {
        $key = $entry.Key
        $was = $base[$key]
        if ($null -ne $was) {
            if ($null -eq $entry.Value) { $cleared++ }
            # U+FFFD stands for bytes that .NET could not read. Written back they would be other bytes.
            if (-not $s.Windows -and $was.IndexOf([char] 0xFFFD) -ge 0) {
                $lost.Add($key)
                [void] $base.Remove($key)
                $was = $null
            }
        }
        $record.Old[$key] = $was
        $values[$key] = $entry.Value
    }

    $previous = $s.Previous
    if ($null -ne $s.Record -and $s.Record.Profile -cne $Name) { $previous = $s.Record.Profile }
    $values['CTX_PROFILE'] = $Name
    $values['CTX_STATUS'] = 'active'
    if ($record.Names.Count -gt 0) { $values['__CTX_SET'] = [string]::Join(' ', $record.Names) }
    if ($record.Lists.get_Count() -gt 0) {
        $values['__CTX_LISTS'] = [string]::Join(' ', $listed)
        foreach ($entry in $record.Lists.GetEnumerator()) {
            $entries = @($entry.Value.Front) + @($entry.Value.Back)
            $values["__CTX_LIST_$($entry.Key)"] = [string]::Join([string] $s.Separator, $entries)
        }
    }
    if ($previous) { $values['__CTX_PREVIOUS'] = $previous }

    $journal = [Collections.Hashtable]::new($s.Comparer)
    $changes = [Collections.Hashtable]::new($s.Comparer)
    foreach ($entry in $values.GetEnumerator()) {
        $key = $entry.Key
        $journal[$key] = $base[$key]
        if (-not [object]::Equals($live[$key], $entry.Value)) { $changes[$key] = $entry.Value }
    }
    $s.After = $null
    $s.Journal = $journal
    try { __ctx_write $changes }
    catch {
        foreach ($key in @($changes.get_Keys())) { $changes[$key] = $live[$key] }
        __ctx_write $changes
        $s.Journal = $null
        throw "ctx: $($_.Exception.GetBaseException().Message): nothing was changed"
    }
    $s.Record = $record
    $s.Previous = $previous
    $s.Journal = $null
    $s.Reapply = $false

    foreach ($key in $lost) {
        __ctx_error "ctx: $key was not UTF-8: PowerShell cannot give it back, and ctx off leaves it unset"
    }
    if (-not $Summary) { $Summary = "$($record.Names.Count + $record.Lists.get_Count()) set, $cleared cleared" }
    __ctx_say "ctx: $Name $([char] 0xB7) $Summary"
}

# The name as the environment spells it, where case does not count: PATH is Path on Windows, and stays it.
function global:__ctx_spelling {
    [Diagnostics.DebuggerHidden()]
    param($Key, $Table)
    if ($Table.ContainsKey($Key)) {
        foreach ($other in $Table.get_Keys()) {
            if ($global:__ctx_state.Comparer.Equals($other, $Key)) { return $other }
        }
    }
    return $Key
}

function global:__ctx_join {
    [Diagnostics.DebuggerHidden()]
    param($Kind, $Entry, $List)
    # An empty list has no entry: an empty entry in PATH would mean the working directory.
    if (-not $List) { return $Entry }
    if ($Kind -ceq 'prepend') { return $Entry + $global:__ctx_state.Separator + $List }
    return $List + $global:__ctx_state.Separator + $Entry
}

# Gives back what was there before the active profile.
function global:__ctx_take_off {
    [Diagnostics.DebuggerHidden()]
    param()
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    if ($null -ne $s.Journal) { __ctx_recover }
    if ($null -eq $s.Record) { return }
    $journal = __ctx_off_values (__ctx_environment)
    $journal['__CTX_PREVIOUS'] = $s.Record.Profile
    $s.Reapply = $false
    $s.After = $null
    $s.Journal = $journal
    __ctx_settle
}

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

function global:__ctx_guard {
    [Diagnostics.DebuggerHidden()]
    param($Version, $UserHome)
    $s = $global:__ctx_state
    $actual = $env:HOME
    if ($s.Windows) { $actual = $env:USERPROFILE }
    $s.Fresh = [object]::Equals($Version, $s.Version) -and [object]::Equals($UserHome, $actual)
    return $s.Fresh
}

# Whether the user of this shell owns a file, which must not be a link, and its directory. Not knowing is no.
function global:__ctx_owned {
    [Diagnostics.DebuggerHidden()]
    param($File, $Folder)
    $s = $global:__ctx_state
    if ($s.Windows) {
        $me = [Security.Principal.WindowsIdentity]::GetCurrent()
        $extensions = 'System.IO.FileSystemAclExtensions' -as [type]
        foreach ($item in [IO.FileInfo]::new($File), [IO.DirectoryInfo]::new($Folder)) {
            if ($item.Attributes -band [IO.FileAttributes]::ReparsePoint) { return $false }
            if ($null -eq $extensions) { $control = $item.GetAccessControl('Owner') }
            else { $control = $extensions::GetAccessControl($item, 'Owner') }
            $owner = $control.GetOwner([Security.Principal.SecurityIdentifier])
            if ($owner -ne $me.User -and $owner -ne $me.Owner) { return $false }
        }
        return $true
    }
    if ($null -eq $s.Stat) { __ctx_find_stat }
    $stat = $s.LinkStat.Invoke($File)
    if ($null -eq $s.UserId) {
        if ([IO.Directory]::Exists('/proc/self')) { $s.UserId = $s.Stat.Invoke('/proc/self').UserId }
        elseif ($stat.GetUserName() -ceq [Environment]::UserName) { $s.UserId = $stat.UserId }
        else { return $false }
    }
    if ([string] $stat.ItemType -cne 'File' -or $stat.UserId -ne $s.UserId) { return $false }
    return $s.Stat.Invoke($Folder).UserId -eq $s.UserId
}

# The engine shows an owner only through Get-Item, at 0.4 ms; the call beneath takes a tenth, and may move one day.
function global:__ctx_find_stat {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $type = [psobject].Assembly.GetType('System.Management.Automation.Platform+Unix')
    if ($null -ne $type) {
        $flags = [Reflection.BindingFlags] 'Static,NonPublic,Public'
        $stat = $type.GetMethod('GetStat', $flags, $null, [type[]] @([string]), $null)
        $link = $type.GetMethod('GetLStat', $flags, $null, [type[]] @([string]), $null)
        if ($null -ne $stat -and $null -ne $link) {
            $kind = [Func`2].MakeGenericType([string], $stat.ReturnType)
            $s.LinkStat = [Delegate]::CreateDelegate($kind, $link)
            $s.Stat = [Delegate]::CreateDelegate($kind, $stat)
            return
        }
    }
    $s.Stat = [Func[string, object]] {
        param($Path)
        (Microsoft.PowerShell.Management\Get-Item -LiteralPath $Path -Force).UnixStat
    }
    $s.LinkStat = $s.Stat
}

# Applies the plan on disk if there is a valid one, and says in Fresh whether it did. Starts no process.
function global:__ctx_plan {
    [Diagnostics.DebuggerHidden()]
    param($Name)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $s.Fresh = $false
    if (-not $s.ProfilePattern.IsMatch($Name)) { return }
    $folder = [IO.Path]::Combine($s.Cache, 'plans', 'pwsh')
    $plan = [IO.FileInfo]::new([IO.Path]::Combine($folder, $Name))
    if (-not $plan.Exists -or $plan.Length -eq 0 -or $plan.Length -gt 1MB) { return }
    $config = [IO.FileInfo]::new([IO.Path]::Combine($s.Config, 'profiles.toml'))
    if ($config.Attributes -band [IO.FileAttributes]::ReparsePoint) {
        if (-not $s.HasLinkTarget) { return }
        $config = $config.ResolveLinkTarget($true)
        if ($null -eq $config) { return }
    }
    if (-not $config.Exists -or $plan.LastWriteTimeUtc.Ticks -ne $config.LastWriteTimeUtc.Ticks) { return }
    # The file system would find "Work" for "work"; only one of them is a profile.
    if ($s.Windows -and $Name -cne [IO.Path]::GetFileName([IO.Directory]::GetFiles($folder, $Name)[0])) { return }
    if (-not (__ctx_owned $plan.FullName $folder)) { return }
    __ctx_run ([IO.File]::ReadAllText($plan.FullName))
}

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

function global:__ctx_run {
    [Diagnostics.DebuggerHidden()]
    param($Text)
    & ([scriptblock]::Create("[Diagnostics.DebuggerHidden()]param()`n" + $Text))
}

# The words that start ctx for this shell.
function global:__ctx_line {
    [Diagnostics.DebuggerHidden()]
    param($Empty)
    $s = $global:__ctx_state
    $active = $Empty
    $previous = $Empty
    if ($null -ne $s.Record) { $active = $s.Record.Profile }
    if ($s.Previous) { $previous = $s.Previous }
    return @($s.Program) + @('@hook', 'pwsh', $s.Config, $s.Data, $s.Cache, $active, $previous)
}

# What the environment must hold while ctx runs: the user's own.
function global:__ctx_own_values {
    [Diagnostics.DebuggerHidden()]
    param($Live)
    $values = __ctx_off_values $Live
    if ($Live.ContainsKey('__CTX_PIN')) { $values['__CTX_PIN'] = $null }
    return , $values
}

# A command line for one argument, as the Microsoft C runtime takes it apart: backslashes count only before a quote.
function global:__ctx_windows_word {
    [Diagnostics.DebuggerHidden()]
    param($Word)
    if ($Word -cmatch '^[^\s"]+\z') { return $Word }
    return '"' + [regex]::Replace([regex]::Replace($Word, '(\\*)"', '$1$1\"'), '(\\+)\z', '$1$1') + '"'
}

function global:__ctx_gone {
    [Diagnostics.DebuggerHidden()]
    param($Program, $Problem)
    if ([IO.File]::Exists($Program)) { __ctx_error "ctx: ${Program}: $($Problem.Exception.GetBaseException().Message)" }
    else { __ctx_error "ctx: $Program is gone, so ctx cannot start: install it again, then start a new shell" }
}

# Runs ctx and gives its exit code and the exact text of its standard output, whatever the console's encoding is.
# Standard input and standard error stay the terminal's: it may ask, and it reports its own errors.
function global:__ctx_ask {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $line = @(__ctx_line '') + $Words
    $info = [Diagnostics.ProcessStartInfo]::new($line[0])
    $rest = $line[1..($line.Length - 1)]
    if ($s.HasArgumentList) { foreach ($word in $rest) { $info.ArgumentList.Add($word) } }
    else { $info.Arguments = [string]::Join(' ', @(foreach ($word in $rest) { __ctx_windows_word $word })) }
    $info.UseShellExecute = $false
    $info.RedirectStandardOutput = $true
    $info.StandardOutputEncoding = [Text.UTF8Encoding]::new($false)
    $here = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    if ([IO.Directory]::Exists($here)) { $info.WorkingDirectory = $here }
    $block = $info.Environment
    foreach ($entry in (__ctx_own_values (__ctx_environment)).GetEnumerator()) {
        if ($null -eq $entry.Value) { [void] $block.Remove($entry.Key) } else { $block[$entry.Key] = $entry.Value }
    }
    $process = $null
    $ended = $false
    try {
        $process = [Diagnostics.Process]::Start($info)
        $reading = $process.StandardOutput.ReadToEndAsync()
        # In short steps: PowerShell sees Ctrl-C only between two of them.
        while (-not $reading.Wait(100)) { }
        while (-not $process.WaitForExit(100)) { }
        $ended = $true
        return @{ Code = $process.ExitCode; Text = $reading.Result }
    }
    catch {
        __ctx_gone $line[0] $_
        return @{ Code = 127; Text = '' }
    }
    finally {
        if ($null -ne $process) {
            if (-not $ended -and -not $process.HasExited) { $process.Kill() }
            $process.Dispose()
        }
    }
}

# Runs ctx as PowerShell runs any program: the terminal, pipes and redirections are the caller's. While it runs, the
# profile is off in this process too, because a native command inherits nothing else; the journal brings it back.
function global:__ctx_program {
    [Diagnostics.DebuggerHidden()]
    param($Words, $Piped)
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    $PSNativeCommandArgumentPassing = 'Standard'
    $s = $global:__ctx_state
    $line = @(__ctx_line $s.EmptyWord)
    $rest = @($line[1..($line.Length - 1)]) + @($Words)
    $live = __ctx_environment
    $values = __ctx_own_values $live
    $journal = [Collections.Hashtable]::new($s.Comparer)
    foreach ($key in $values.get_Keys()) { $journal[$key] = $live[$key] }
    $errors = $global:Error.Clone()
    $s.After = $s.Record
    $s.Journal = $journal
    try {
        __ctx_write $values
        $global:LASTEXITCODE = 127
        if ($Piped) { $input | & $line[0] @rest } else { & $line[0] @rest }
    }
    catch {
        __ctx_gone $line[0] $_
        __ctx_restore_errors $errors
    }
    finally { __ctx_settle }
}

# Asks ctx for a plan and carries it out. Gives the exit code.
function global:__ctx_fetch {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words)
    $answer = __ctx_ask $Words
    if ($answer.Code -ne 0) { return $answer.Code }
    if (-not $answer.Text.Trim()) {
        __ctx_error 'ctx: the program did not say what to do: nothing was changed'
        return 1
    }
    __ctx_run $answer.Text
    return 0
}

# Switches to a profile, by its plan on disk where that is valid. Gives the exit code.
function global:__ctx_switch {
    [Diagnostics.DebuggerHidden()]
    param($Name)
    $s = $global:__ctx_state
    try { __ctx_plan $Name }
    catch {
        # A plan that agreed and then failed has failed; one that could not be read is as good as none.
        if ($s.Fresh) { throw }
    }
    if ($s.Fresh) { return 0 }
    return __ctx_fetch @('use', $Name)
}

# --- 7. Prompt --------------------------------------------------------------------------------------------------------

# Stands in place of `prompt` and calls the one it found there, which sees the user's $?. That one also sees the
# variables of this function, hence their names.
function global:__ctx_prompt {
    [Diagnostics.DebuggerHidden()]
    param()
    $__ctx_ok = $?
    if ($null -ne $global:__ctx_state.Journal -or $global:__ctx_state.Reapply) { __ctx_catch_up }
    if (-not $__ctx_ok) { Microsoft.PowerShell.Utility\Write-Error '' -ErrorAction Ignore }
    & $global:__ctx_state.Prompts[$args[0]]
}

# Takes off what an interrupted change left, and applies an inherited profile again over what start-up files did.
function global:__ctx_catch_up {
    [Diagnostics.DebuggerHidden()]
    param()
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $errors = $global:Error.Clone()
    try {
        if ($null -ne $s.Journal) { __ctx_recover }
        if (-not $s.Reapply -or $null -eq $s.Record) { return }
        $s.Reapply = $false
        $s.Quiet = $true
        $code = 1
        try { $code = __ctx_switch $s.Record.Profile }
        catch { __ctx_error $_.Exception.GetBaseException().Message }
        if ($code -ne 0) { __ctx_take_off }
    }
    catch { __ctx_error "ctx: $($_.Exception.GetBaseException().Message)" }
    finally {
        $s.Quiet = $false
        __ctx_restore_errors $errors
    }
}

function global:__ctx_install_prompt {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $present = ${function:global:prompt}
    # The name in its text is the mark. A prompt without it may call ours all the same, hence a number for each.
    if ($null -ne $present -and "$present".Contains('__ctx_prompt')) { return }
    if ($null -eq $present) { $present = { "PS $($ExecutionContext.SessionState.Path.CurrentLocation)> " } }
    $s.Prompts += $present
    $text = "[Diagnostics.DebuggerHidden()]param() __ctx_prompt $($s.Prompts.Count - 1)"
    ${function:global:prompt} = [scriptblock]::Create($text)
}

# --- 8. Command -------------------------------------------------------------------------------------------------------

# The words as a program would get them. For a function PowerShell takes `a,b` apart as a list and `-p:x` as two words;
# the call's own text tells these from a list and from words that were meant. `0x10` is text again, not 16.
function global:__ctx_words {
    [Diagnostics.DebuggerHidden()]
    param($Words, $Invocation)
    $odd = $false
    foreach ($word in $Words) {
        if ($word -is [array] -or ($word -is [string] -and $word -cmatch '^-.*:\z')) { $odd = $true }
    }
    if ($odd) { $Words = __ctx_unsplit $Words $Invocation }
    $result = [Collections.Generic.List[string]]::new()
    foreach ($word in $Words) {
        foreach ($part in $word) { if ($null -ne $part) { $result.Add([string] $part) } }
    }
    return , $result.ToArray()
}

function global:__ctx_unsplit {
    [Diagnostics.DebuggerHidden()]
    param($Words, $Invocation)
    if ($Invocation.PSObject.Properties['Statement']) { $text = $Invocation.Statement }
    else { $text = $Invocation.Line.Substring([Math]::Max(0, $Invocation.OffsetInLine - 1)) }
    $tokens = $null
    $problems = $null
    $tree = [Management.Automation.Language.Parser]::ParseInput($text, [ref] $tokens, [ref] $problems)
    $call = $tree.Find({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    if ($null -eq $call) { return , $Words }
    $result = [Collections.Generic.List[object]]::new()
    $at = 0
    for ($i = 1; $i -lt $call.CommandElements.Count; $i++) {
        $element = $call.CommandElements[$i]
        if ($element.Extent.Text -ceq '--') { continue }
        $splatted = $element -is [Management.Automation.Language.VariableExpressionAst] -and $element.Splatted
        $named = $element -is [Management.Automation.Language.CommandParameterAst] -and $null -ne $element.Argument
        if ($splatted -or $at + [int] $named -ge $Words.Length) { return , $Words }
        $word = $Words[$at]
        $at++
        if ($named) {
            $value = $Words[$at]
            $at++
            if ($element.Extent.Text -cmatch '^-[^:]*:\s') { $result.Add([string] $word); $word = $value }
            else { $word = [string] $word + [string]::Join(',', [string[]] @($value)) }
        }
        elseif ($element -is [Management.Automation.Language.ArrayLiteralAst]) {
            $word = [string]::Join(',', [string[]] $word)
        }
        if ($null -eq $word -or $word -is [array]) { $result.Add($word) } else { $result.Add([string] $word) }
    }
    if ($at -ne $Words.Length) { return , $Words }
    return , $result.ToArray()
}

# Switches nothing, but gives the text that does: for `ctx use NAME | Out-String | Invoke-Expression`.
function global:__ctx_text {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words)
    $answer = __ctx_ask $Words
    if ($answer.Code -eq 0 -and $answer.Text.Trim()) { return $answer.Text }
    return "throw 'ctx: nothing was changed'"
}

function global:__ctx_off {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    if (-not $s.Ready) { __ctx_start }
    if ($null -ne $s.Journal) { __ctx_recover }
    if ($null -eq $s.Record) {
        __ctx_say 'ctx: no profile is active'
        return
    }
    $was = $s.Record.Profile
    __ctx_take_off
    __ctx_say "ctx: off $([char] 0xB7) was $was"
}

# Carries out `use` and `off`. Output: the text to evaluate if the caller is a pipeline, else the exit code.
function global:__ctx_command {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words, $IsPipeline)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $errors = $global:Error.Clone()
    try {
        if ($null -ne $s.Journal) { __ctx_recover }
        if ($Words[0] -ceq 'off') {
            if ($IsPipeline) { return '__ctx_off' }
            __ctx_off
            return 0
        }
        if ($Words.Length -eq 2 -and $Words[1] -ceq '-') {
            if (-not $s.Previous) {
                __ctx_error 'ctx: no profile was active before'
                if ($IsPipeline) { return "throw 'ctx: no profile was active before'" }
                return 1
            }
            $Words = @('use', $s.Previous)
        }
        if ($IsPipeline) { return __ctx_text $Words }
        if ($Words.Length -eq 2) { return __ctx_switch $Words[1] }
        return __ctx_fetch $Words
    }
    catch {
        $message = $_.Exception.GetBaseException().Message
        if ($IsPipeline) { return "throw 'ctx: nothing was changed'" }
        if (-not $message.StartsWith('ctx: ', [StringComparison]::Ordinal)) { $message = "ctx: $message" }
        __ctx_error $message
        return 1
    }
    finally { __ctx_restore_errors $errors }
}

# A simple function cannot make $? false, and an advanced one would take -v and -d for its own; so the flag that the
# engine reads is set where it lies. Without it, `ctx use typo && claude` would start claude.
function global:__ctx_find_failure {
    [Diagnostics.DebuggerHidden()]
    param()
    # An engine whose insides differ keeps $? as it is; $LASTEXITCODE is right in all of them.
    $flags = [Reflection.BindingFlags] 'Instance,NonPublic,Public'
    $path = [Collections.Generic.List[object]]::new()
    $type = $ExecutionContext.GetType()
    foreach ($name in '_context', 'CurrentCommandProcessor', 'commandRuntime', 'PipelineProcessor', 'ExecutionFailed') {
        $member = $type.GetField($name, $flags)
        if ($null -ne $member) { $type = $member.FieldType }
        else {
            $member = $type.GetProperty($name, $flags)
            if ($null -eq $member) { $path.Clear(); break }
            $type = $member.PropertyType
        }
        $path.Add($member)
    }
    $global:__ctx_state.Failure = $path
}

function global:__CTX_NAME__ {
    [Diagnostics.DebuggerHidden()]
    param()
    if (-not ${function:__ctx_command}) {
        # Some tools keep a user's functions, but none that begin with `_`: the program answers by itself then.
        $program = @(__CTX_PROGRAM__)
        $words = @($program[1..($program.Length - 1)]) + $args
        & $program[0] @words
        return
    }
    if (-not $global:__ctx_state.Ready) { __ctx_start }
    $words = __ctx_words $args $MyInvocation
    $verb = ''
    if ($words.Length -gt 0) { $verb = $words[0] }
    $mine = $verb -ceq 'use' -or ($verb -ceq 'off' -and $words.Length -eq 1)
    foreach ($word in $words) {
        if ($word -cmatch '^(-h|--help|--json|--shell(=.*)?)\z') { $mine = $false }
    }
    if (-not $mine) {
        if ($MyInvocation.ExpectingInput) { $input | __ctx_program $words $true } else { __ctx_program $words $false }
    }
    elseif ($MyInvocation.PipelinePosition -lt $MyInvocation.PipelineLength) { __ctx_command $words $true }
    else { $global:LASTEXITCODE = __ctx_command $words $false }
    if ($MyInvocation.PipelinePosition -eq $MyInvocation.PipelineLength -and $global:LASTEXITCODE -ne 0) {
        if ($null -eq $global:__ctx_state.Failure) { __ctx_find_failure }
        $path = $global:__ctx_state.Failure
        $at = $ExecutionContext
        for ($i = 0; $i -lt $path.Count - 1; $i++) { $at = $path[$i].GetValue($at) }
        if ($path.Count -gt 0) { $path[$i].SetValue($at, $true) }
    }
}

if ($null -ne $env:CTX_PROFILE -and -not $global:__ctx_state.Ready) { __ctx_start }
__ctx_install_prompt
