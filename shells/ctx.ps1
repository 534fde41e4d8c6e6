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
        AfterBy = ''
        Previous = ''
        Applied = ''
        Style = ''
        Protected = $false
        Claude = $false
        Watch = ''
        Left = ''
        Seen = ''
        Drifted = $false
        Manual = ''
        Pin = $false
        By = ''
        Binding = ''
        Place = ''
        At = ''
        Here = ''
        Where = $null
        Time = -1
        Files = $null
        Trees = $null
        Mark = $null
        Decided = $false
        Usual = $false
        Changed = $false
        Kept = $false
        File = ''
        Real = ''
        Mode = ''
        Content = ''
        Length = 0
        Sign = ''
        Absent = $null
        Present = $null
        OwnAbsent = $null
        OwnPresent = $null
        Denied = $null
        Tree = ''
        Stamp = '='
        Default = ''
        Refusal = ''
        Told = ''
        Segment = ''
        Reading = $false
        Read = $null
        Plans = $null
        Stamped = $false
        Force = ''
        First = $true
        Interactive = $null
        Moved = $null
        WarnedEmpty = $false
        Prompts = @()
        Stat = $null
        LinkStat = $null
        UserId = $null
        Failure = $null
    }
    $global:CTX_PROMPT = ''
}
$global:__ctx_state.Program = @(__CTX_PROGRAM__)
$global:__ctx_state.Config = __CTX_CONFIG__
$global:__ctx_state.Data = __CTX_DATA__
$global:__ctx_state.Cache = __CTX_CACHE__
$global:__ctx_state.Version = __CTX_VERSION__

# --- 2. State ---------------------------------------------------------------------------------------------------------

# Record: the active profile and how to undo it; $null when none.
#   New: what each variable holds since. Old: what it held. $null: it does, or did, not exist.
#   Lists: for each list variable Front and Back, ctx's entries, and Existed.
# Journal: values to write when a change was interrupted; $null when none is under way. After, AfterBy: the Record from
#   then on, and who chose it.
# Applied, Style, Protected, Claude, Watch: the plan that the active profile was made from, as one text, and what it
#   says about itself. Left, Seen: the variables of Watch as that plan left them, and as they were when last looked at.
# Manual, Pin, By, Binding, Place, At, File, Real, Mode, Content, Absent, Present, Tree, Stamp, Default, Refusal, Told:
#   see README.md. Stamp may also be "=" and the time of a profiles.toml without an index.
# Here, Where: the working directory when last looked at, and as the engine keeps it. Files: where project files may be,
#   outermost first; Trees: what the index has in their places. Stamped: the stamp held. Time: that of profiles.toml.
# Length: of Content in bytes. Sign: what an odd file looks like.
# OwnAbsent, OwnPresent: what the binding rests on, whatever the working directory is. Denied: files that do not count,
#   with the records that say so. Plans: those read from disk, by their text.
# Decided: false until a decision was made, and where the next look must make it anew. Usual: whether it holds can be
#   asked without a call; never while a decision is being made, nor before the first. Changed: the index is another one
#   since. Mark: the directory that a decision is being made for. Kept: a file that cannot be used left all as it was.
# First: no decision was made yet. Force: "yes" until the first prompt of a shell that inherited its profile.

# What a shell that never switches can do without: each first use of a .NET class costs it a millisecond or more.
function global:__ctx_start {
    [Diagnostics.DebuggerHidden()]
    param()
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $s.Windows = [IO.Path]::DirectorySeparatorChar -eq '\'
    $s.Slash = [string] [IO.Path]::DirectorySeparatorChar
    $s.Leaf = $s.Slash + '.ctx.toml'
    $s.Separator = [IO.Path]::PathSeparator
    $s.HomeName = 'HOME'
    $s.Comparer = [StringComparer]::Ordinal
    $s.Comparison = [StringComparison]::Ordinal
    $names = '^(?!(?:__)?CTX_|__ctx_)[A-Za-z_][A-Za-z0-9_]*\*?\z'
    if ($s.Windows) {
        $s.HomeName = 'USERPROFILE'
        $s.Comparer = [StringComparer]::OrdinalIgnoreCase
        $s.Comparison = [StringComparison]::OrdinalIgnoreCase
        $names = '^(?!(?i:(?:__)?CTX_))[A-Za-z_][A-Za-z0-9_().-]*\*?\z'
    }
    $s.NamePattern = [regex]::new($names)
    # The beginning of a word that is none, among names that are separated by spaces.
    $s.StrangePattern = [regex]::new('(?:^| )(?!' + $names.Replace('^', '').Replace('\*?\z', '(?: |\z)') + ')')
    # Not what outlives a profile: __ctx_publish keeps that.
    $s.OwnPattern = [regex]::new('(?m)^(?:CTX_PROFILE|__CTX_(?!(?:MANUAL|BY|BINDING|PIN)$).*)$')
    $s.ProfilePattern = [regex]::new('^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z')
    # Every directory on the way down to the end of a path, as what is captured by its last component.
    $s.UpwardPattern = [regex]::new('[\\/][^\\/]*(?<=^([\s\S]*))')
    if (-not $s.Windows) { $s.UpwardPattern = [regex]::new('/[^/]*(?<=^([\s\S]*))') }
    $s.HasArgumentList = $null -ne [Diagnostics.ProcessStartInfo].GetProperty('ArgumentList')
    $s.HasLinkTarget = $null -ne [IO.FileInfo].GetMethod('ResolveLinkTarget')
    # It throws at what is not UTF-8, and leaves a byte order mark where it is.
    $s.Encoding = [Text.UTF8Encoding]::new($false, $true)
    # As delegates, for whole lists to be tested by one call: each call from a script costs more than the test itself.
    $s.IsFile = [Delegate]::CreateDelegate([Predicate[string]], [IO.File].GetMethod('Exists', [type[]] @([string])))
    $exists = [IO.Path].GetMethod('Exists', [type[]] @([string]))
    if ($null -ne $exists) { $s.Exists = [Delegate]::CreateDelegate([Predicate[string]], $exists) }
    else {
        $s.Exists = [Predicate[string]] {
            param($Path)
            [IO.File]::Exists($Path) -or [IO.Directory]::Exists($Path)
        }
    }
    $s.PlanFolder = [IO.Path]::Combine($s.Cache, 'plans', 'pwsh')
    $s.ConfigFile = [IO.Path]::Combine($s.Config, 'profiles.toml')
    foreach ($list in 'Absent', 'Present', 'OwnAbsent', 'OwnPresent') {
        $s[$list] = [Collections.Generic.List[string]]::new()
    }
    $s.Denied = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    $s.Plans = [Collections.Hashtable]::new([StringComparer]::Ordinal)
    # Before 7.3 an empty argument of a native command is lost unless it is written as two double quotes.
    $s.EmptyWord = ''
    $passing = $ExecutionContext.SessionState.PSVariable.Get('PSNativeCommandArgumentPassing')
    if ($null -eq $passing) { $s.EmptyWord = '""' }
    # What a parent exported is none of ours, and nobody's prompt should show it.
    [Environment]::SetEnvironmentVariable('CTX_PROMPT', [NullString]::Value)
    __ctx_adopt
    $s.Ready = $true
}

# Takes over what a parent's environment says of its profile. The names in it are data from anybody: each is checked.
function global:__ctx_adopt {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $live = __ctx_environment
    $previous = $live['__CTX_PREVIOUS']
    if ($null -ne $previous -and $s.ProfilePattern.IsMatch($previous)) { $s.Previous = $previous }
    $manual = $live['__CTX_MANUAL']
    if ($null -ne $manual -and ($manual -eq '-' -or $s.ProfilePattern.IsMatch($manual))) { $s.Manual = $manual }
    $s.Pin = [object]::Equals($live['__CTX_PIN'], '1')
    if ($live.ContainsKey('__CTX_BINDING')) { $s.Binding = $live['__CTX_BINDING'] }
    $name = $live['CTX_PROFILE']
    if ($null -ne $name -and $s.ProfilePattern.IsMatch($name)) { __ctx_adopt_profile $live $name }
    else {
        # After `ctx off`, what was chosen is nothing.
        if ([object]::Equals($s.Manual, '-') -and -not $live.ContainsKey('CTX_STATUS')) { $s.By = 'manual' }
        if ($null -ne $name) { __ctx_write (__ctx_bookkeeping $live) }
    }
    __ctx_publish
}

function global:__ctx_adopt_profile {
    [Diagnostics.DebuggerHidden()]
    param($Live, $Name)
    $s = $global:__ctx_state
    $record = __ctx_new_record $Name
    foreach ($key in ([string] $Live['__CTX_SET']).Split([char] ' ')) {
        # A shell without PATH or HOME is of no use, and what they held before is not known here.
        if (-not $s.NamePattern.IsMatch($key) -or $key -match '^(PATH|HOME|.*\*)$') { continue }
        if ($s.Windows -and $key -match '^(SystemRoot|windir|ComSpec|PATHEXT|USERPROFILE|TEMP|TMP)$') { continue }
        if (-not $Live.ContainsKey($key)) { continue }
        $record.New[$key] = $Live[$key]
        $record.Old[$key] = $null
    }
    foreach ($key in ([string] $Live['__CTX_LISTS']).Split([char] ' ')) {
        if (-not $s.NamePattern.IsMatch($key) -or -not $Live.ContainsKey("__CTX_LIST_$key")) { continue }
        $record.Lists[$key] = __ctx_new_edit $false
        $record.Lists[$key].Front.AddRange([string[]] $Live["__CTX_LIST_$key"].Split($s.Separator))
    }
    $s.Record = $record
    $s.Force = 'yes'
    $by = $Live['__CTX_BY']
    if ([object]::Equals($by, 'directory') -or [object]::Equals($by, 'default')) { $s.By = $by }
    else {
        $s.By = 'manual'
        if (-not [object]::Equals($by, 'manual') -or -not $s.Manual -or $s.Manual -eq '-') { $s.Manual = $Name }
    }
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
    # Not $env:, which costs three times as much.
    if ([Environment]::GetEnvironmentVariable('CTX_QUIET')) { return }
    if ([Environment]::GetEnvironmentVariable('CLAUDECODE')) { return }
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

# ctx's own exported variables that go with a profile, each to be unset.
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
    $record = $global:__ctx_state.Record
    if ($null -eq $record) { return , (__ctx_bookkeeping $Live) }
    $values = [Collections.Hashtable]::new($global:__ctx_state.Comparer)
    foreach ($key in 'CTX_PROFILE', '__CTX_SET', '__CTX_LISTS', '__CTX_PREVIOUS') { $values[$key] = $null }
    $old = $record.Old
    foreach ($entry in $record.New.GetEnumerator()) {
        $key = $entry.Key
        # Equals, not -ceq: that one passes over zero-width characters.
        if ([object]::Equals($Live[$key], $entry.Value)) { $values[$key] = $old[$key] }
    }
    foreach ($entry in $record.Lists.GetEnumerator()) {
        $values["__CTX_LIST_$($entry.Key)"] = $null
        $value = $Live[$entry.Key]
        if ($null -ne $value) { $values[$entry.Key] = __ctx_less $value $entry.Value }
    }
    return , $values
}

# Takes off, or brings to its end, what Ctrl-C left unfinished. Where something was being decided about a directory, no
# profile stays, and nothing is tried again until something changes.
function global:__ctx_recover {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $unfinished = $null -ne $s.Mark
    if ($null -ne $s.Journal) {
        __ctx_settle
        $unfinished = $unfinished -or $null -eq $s.Record
    }
    if ($null -ne $s.Mark) {
        __ctx_take_off ''
        __ctx_rest_on_sight
        $s.Decided = $true
        $s.At = $s.Mark
        $s.Mark = $null
    }
    if ($unfinished) { __ctx_say 'ctx: interrupted: no profile is active' }
}

# Ends a change, if need be once more: the values written down before it began, and the record that goes with them.
function global:__ctx_settle {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    __ctx_write $s.Journal
    if ($null -eq $s.After -and $null -ne $s.Record) { $s.Previous = $s.Record.Profile }
    $s.Record = $s.After
    $s.By = $s.AfterBy
    if ($null -eq $s.After) {
        $s.Applied = ''
        $s.Drifted = $false
        $s.Watch = ''
        $s.Left = ''
        $s.Seen = ''
    }
    __ctx_publish
    $s.Journal = $null
}

# What plans call. Triples: kind, name, value, and so on. Text that a person evaluates is carried out at once, as `use`
# does it; it throws, with everything as it was, if that is not possible. All other text is only read.
function global:__ctx_apply {
    [Diagnostics.DebuggerHidden()]
    param($Name, $Summary, $Triples)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    if (-not $s.Ready) { __ctx_start }
    $plan = __ctx_understand $Name $Summary $Triples
    if ($s.Reading) { $s.Read = $plan }
    else {
        if ($null -ne $s.Journal -or $null -ne $s.Mark) { __ctx_recover }
        __ctx_switch $plan 'manual' ''
    }
}

# A plan as a table: the head taken apart, and where its steps begin. Text: what it does, to be compared.
function global:__ctx_understand {
    [Diagnostics.DebuggerHidden()]
    param($Name, $Summary, $Triples)
    $plan = @{
        Profile = $Name; Summary = $Summary; Triples = $Triples; First = 0; Text = ''
        New = $null; Names = $null; Clears = $null; Rest = 0
        Color = ''; Protected = $false; Watch = ''; Claude = $false
        Binding = $null; Place = ''; By = $null; File = ''; Real = ''; Mode = ''; Content = ''
        Absent = [Collections.Generic.List[string]]::new(); Present = [Collections.Generic.List[string]]::new()
        Tree = ''; Stamp = $null; Default = ''; Refusal = ''; Kept = $false; Line = ''; Denied = $false
    }
    $end = $false
    for ($i = 0; $i -lt $Triples.Length; $i += 3) {
        $key = $Triples[$i + 1]
        $value = $Triples[$i + 2]
        switch -CaseSensitive -Exact ($Triples[$i]) {
            'style' { $plan.Color = $key; $plan.Protected = $value.Length -gt 0 }
            'watch' { $plan.Watch = $key; $plan.Claude = $value.Length -gt 0 }
            'binding' { $plan.Binding = $key; $plan.Place = $value }
            'by' { $plan.By = $key }
            'source' { $plan.File = $key; $plan.Real = $value }
            'text' { $plan.Mode = $key; $plan.Content = $value }
            'present' { $plan.Present.Add($key) }
            'absent' { $plan.Absent.Add($key) }
            'index' { $plan.Tree = $key; $plan.Stamp = $value }
            'default' { $plan.Default = $key }
            'refuse' { $plan.Refusal = $key; $plan.Line = $value }
            'keep' { $plan.Refusal = $key; $plan.Line = $value; $plan.Kept = $true }
            'denied' { $plan.Denied = $true }
            default { $end = $true }
        }
        if ($end) { break }
    }
    $plan.First = $i
    for (; $i -lt $Triples.Length -and $Triples[$i] -ceq 'unset'; $i += 3) {
        if ($Triples[$i + 2].Length -gt 0) { $plan.Watch = ($plan.Watch + ' ' + $Triples[$i + 1]).TrimStart() }
    }
    $i = $plan.First
    $steps = [string]::Join("`0", [string[]] $Triples, $i, $Triples.Length - $i)
    $plan.Text = [string]::Join("`0", $Name, $Summary, $plan.Color, $plan.Protected, $plan.Watch, $steps)
    __ctx_prepare $plan
    return $plan
}

# What a plan's steps come to in any environment, for every switch to begin with: New, what they set; Names, in their
# order; Clears, which finds what they clear among names that stand between NULs. Rest: the first step that is left to
# the switch, for a list or for what is strange.
function global:__ctx_prepare {
    [Diagnostics.DebuggerHidden()]
    param($Plan)
    $s = $global:__ctx_state
    $triples = $Plan.Triples
    $new = [Collections.Hashtable]::new($s.Comparer)
    $clears = ''
    for ($i = $Plan.First; $i -lt $triples.Length -and $triples[$i] -ceq 'unset'; $i += 3) {
        $key = $triples[$i + 1]
        $end = '(?=\0)'
        if ($key.EndsWith('*', [StringComparison]::Ordinal)) {
            if ($key.IndexOf([char] ' ') -ge 0) { break }
            $key = $key.Substring(0, $key.Length - 1)
            $end = '[^\0]*'
        }
        if ($s.StrangePattern.IsMatch($key)) { break }
        $clears += '|(?:' + [regex]::Escape($key).Replace('\ ', '|') + ')' + $end
    }
    if ($clears) {
        $options = [Text.RegularExpressions.RegexOptions]::CultureInvariant
        if ($s.Windows) { $options = $options -bor [Text.RegularExpressions.RegexOptions]::IgnoreCase }
        $Plan.Clears = [regex]::new('\0(?:' + $clears.Substring(1) + ')', $options)
    }
    $Plan.Names = [Collections.Generic.List[string]]::new()
    # Windows: how a name is spelled there depends on the environment.
    for (; $i -lt $triples.Length -and -not $s.Windows; $i += 3) {
        $kind = $triples[$i]
        $key = $triples[$i + 1]
        $value = $triples[$i + 2]
        if ($kind -cne 'set' -and $kind -cne 'assign') { break }
        # What an empty value comes to depends on the version.
        if ($value.Length -eq 0 -or $value.IndexOf([char] 0) -ge 0 -or -not $s.NamePattern.IsMatch($key)) { break }
        $new[$key] = $value
        if (-not $Plan.Names.Contains($key)) { $Plan.Names.Add($key) }
    }
    $Plan.New = $new
    $Plan.Rest = $i
}

# The steps that a plan's preparation left: they fill in what is set, the names in their order, the lists, and values.
function global:__ctx_switch_rest {
    [Diagnostics.DebuggerHidden()]
    param($Plan, $Live, $Journal, $New, $Values, $Names, $Listed, $Lists)
    $s = $global:__ctx_state
    $triples = $Plan.Triples
    $strange = "ctx: the plan of $($Plan.Profile) is not one that this shell understands: nothing was changed"
    $base = $Live.Clone()
    foreach ($entry in $Journal.GetEnumerator()) {
        if ($null -eq $entry.Value) { [void] $base.Remove($entry.Key) } else { $base[$entry.Key] = $entry.Value }
    }
    $pattern = $s.NamePattern
    $star = [char] '*'
    for ($i = $Plan.Rest; $i -lt $triples.Length; $i += 3) {
        $kind = $triples[$i]
        $key = $triples[$i + 1]
        if ($kind -ceq 'unset' -and $key.IndexOf($star) -lt 0) {
            foreach ($other in $key.Split([char] ' ')) {
                # Most of them are not there.
                if (-not $base.ContainsKey($other) -and -not $New.ContainsKey($other)) { continue }
                if (-not $pattern.IsMatch($other)) { throw $strange }
                $New[$other] = $null
            }
            continue
        }
        if (-not $pattern.IsMatch($key)) { throw $strange }
        if ($kind -ceq 'unset') {
            $prefix = $key.Substring(0, $key.Length - 1)
            foreach ($other in @($base.get_Keys()) + @($New.get_Keys())) {
                if ($other.StartsWith($prefix, $s.Comparison)) { $New[$other] = $null }
            }
            continue
        }
        $value = $triples[$i + 2]
        if ($value.IndexOf([char] 0) -ge 0) { throw $strange }
        if ($s.Windows) { $key = __ctx_spelling $key $base }
        if ($kind -ceq 'set' -or $kind -ceq 'assign') {
            if ($value.Length -eq 0) { $value = __ctx_settled_value $key $value }
            $New[$key] = $value
            if (-not $Names.Contains($key)) { $Names.Add($key) }
        }
        elseif ($kind -cne 'prepend' -and $kind -cne 'append') { throw $strange }
        elseif ($New.ContainsKey($key)) { $New[$key] = __ctx_join $kind $value $New[$key] }
        else {
            if (-not $Lists.ContainsKey($key)) {
                $Lists[$key] = __ctx_new_edit $base.ContainsKey($key)
                $Listed.Add($key)
                $Values[$key] = $base[$key]
            }
            $edit = $Lists[$key]
            $entries = [string[]] $value.Split($s.Separator)
            if ($kind -ceq 'prepend') { $edit.Front.InsertRange(0, $entries) } else { $edit.Back.AddRange($entries) }
            $Values[$key] = __ctx_join $kind $value $Values[$key]
        }
    }
}

# Makes a plan's profile active. By: who chose it. Place: what its line ends with; $null: there is no line. Throws, with
# everything as it was, if it cannot.
function global:__ctx_switch {
    [Diagnostics.DebuggerHidden()]
    param($Plan, $By, $Place)
    $s = $global:__ctx_state
    $name = $Plan.Profile
    $triples = $Plan.Triples
    $strange = "ctx: the plan of $name is not one that this shell understands: nothing was changed"
    if (-not $s.ProfilePattern.IsMatch($name)) { throw $strange }
    if ($s.Windows) { $live = __ctx_environment } else { $live = [Environment]::GetEnvironmentVariables() }
    # First what there is without a profile, then what is written: the same, and over it what the plan says.
    $journal = __ctx_off_values $live
    $values = $journal.Clone()
    $new = $Plan.New.Clone()
    if ($null -ne $Plan.Clears) {
        $present = [string[]]::new($live.get_Count())
        $live.get_Keys().CopyTo($present, 0)
        # What the last profile took away, and this one does too, is not there.
        $given = [string[]]::new($journal.get_Count())
        $journal.get_Keys().CopyTo($given, 0)
        $present = [string]::Join("`0", '', [string]::Join("`0", $present), [string]::Join("`0", $given), '')
        foreach ($match in $Plan.Clears.Matches($present)) {
            $key = $match.Value.Substring(1)
            if ($new.ContainsKey($key)) { continue }
            if ($journal.ContainsKey($key)) { $was = $journal[$key] } else { $was = $live[$key] }
            if ($null -ne $was) { $new[$key] = $null }
        }
    }
    $names = $Plan.Names
    $listed = [Collections.Generic.List[string]]::new()
    $lists = [Collections.Hashtable]::new($s.Comparer)
    if ($Plan.Rest -lt $triples.Length) {
        $names = [Collections.Generic.List[string]]::new($names)
        __ctx_switch_rest $Plan $live $journal $new $values $names $listed $lists
    }

    $cleared = 0
    $lost = [Collections.Generic.List[string]]::new()
    foreach ($entry in $new.GetEnumerator()) {
        $key = $entry.Key
        if ($journal.ContainsKey($key)) { $was = $journal[$key] } else { $was = $live[$key] }
        if ($null -ne $was) {
            if ($null -eq $entry.Value) { $cleared++ }
            # U+FFFD stands for bytes that .NET could not read. Written back they would be other bytes.
            if (-not $s.Windows -and $was.IndexOf([char] 0xFFFD) -ge 0) {
                $lost.Add($key)
                $was = $null
            }
        }
        $journal[$key] = $was
        $values[$key] = $entry.Value
    }

    $previous = $s.Previous
    if ($null -ne $s.Record -and $s.Record.Profile -cne $name) { $previous = $s.Record.Profile }
    $values['CTX_PROFILE'] = $name
    if ($names.Count -gt 0) { $values['__CTX_SET'] = [string]::Join(' ', $names) }
    if ($listed.Count -gt 0) {
        $values['__CTX_LISTS'] = [string]::Join(' ', $listed)
        foreach ($entry in $lists.GetEnumerator()) {
            $entries = @($entry.Value.Front) + @($entry.Value.Back)
            $values["__CTX_LIST_$($entry.Key)"] = [string]::Join([string] $s.Separator, $entries)
        }
    }
    if ($previous) { $values['__CTX_PREVIOUS'] = $previous }
    if ($values.get_Count() -gt $journal.get_Count()) {
        foreach ($key in $values.get_Keys()) { if (-not $journal.ContainsKey($key)) { $journal[$key] = $live[$key] } }
    }

    $changes = [Collections.Hashtable]::new($s.Comparer)
    foreach ($entry in $values.GetEnumerator()) {
        if (-not [object]::Equals($live[$entry.Key], $entry.Value)) { $changes[$entry.Key] = $entry.Value }
    }
    $s.After = $null
    $s.AfterBy = ''
    $s.Journal = $journal
    try { __ctx_write $changes }
    catch {
        foreach ($key in @($changes.get_Keys())) { $changes[$key] = $live[$key] }
        __ctx_write $changes
        $s.Journal = $null
        throw "ctx: $($_.Exception.GetBaseException().Message): nothing was changed"
    }
    # Of Old only what New names is ever asked for.
    $s.Record = @{ Profile = $name; New = $new; Old = $journal; Lists = $lists }
    $s.Previous = $previous
    $s.By = $By
    if ($By -ceq 'manual') { $s.Manual = $name }
    $s.Force = ''
    $s.Refusal = ''
    $s.Kept = $false
    $s.Applied = $Plan.Text
    $s.Style = $Plan.Color
    $s.Protected = $Plan.Protected
    $s.Claude = $Plan.Claude
    $s.Drifted = $false
    # One call reads them all; what stands between them is what a value hardly ever holds.
    $s.Watch = ''
    if ($Plan.Watch) { $s.Watch = '%' + $Plan.Watch.Replace(' ', '%' + [char] 1 + '%') + '%' }
    $s.Left = [Environment]::ExpandEnvironmentVariables($s.Watch)
    $s.Seen = $s.Left
    __ctx_publish
    $s.Journal = $null

    foreach ($key in $lost) {
        __ctx_error "ctx: $key was not UTF-8: PowerShell cannot give it back, and ctx off leaves it unset"
    }
    if ($null -eq $Place) { return }
    $dot = [char] 0xB7
    $summary = $Plan.Summary
    if (-not $summary) { $summary = "$($names.Count + $listed.Count) set, $cleared cleared" }
    if ($Place) { $summary = "$summary $dot $Place" }
    __ctx_say "ctx: $name $dot $summary"
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

# Gives back what was there before the active profile. By: who chose that there be none.
function global:__ctx_take_off {
    [Diagnostics.DebuggerHidden()]
    param($By)
    $s = $global:__ctx_state
    if ($null -eq $s.Record) {
        $s.By = $By
        __ctx_publish
        return
    }
    if ($s.Windows) { $live = __ctx_environment } else { $live = [Environment]::GetEnvironmentVariables() }
    $journal = __ctx_off_values $live
    $journal['__CTX_PREVIOUS'] = $s.Record.Profile
    $s.After = $null
    $s.AfterBy = $By
    $s.Journal = $journal
    __ctx_settle
}

# Exports what outlives a profile, and brings the prompt segment up to date.
function global:__ctx_publish {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $active = $null -ne $s.Record
    $status = $s.Refusal
    if (-not $status -and $active) {
        if ($s.Drifted) { $status = 'drifted' } else { $status = 'active' }
    }
    $by = ''
    if ($active) { $by = $s.By }
    $pin = ''
    if ($s.Pin) { $pin = '1' }
    $names = 'CTX_STATUS', '__CTX_BY', '__CTX_MANUAL', '__CTX_BINDING', '__CTX_PIN'
    $values = $status, $by, $s.Manual, $s.Binding, $pin
    for ($i = 0; $i -lt 5; $i++) {
        $value = $values[$i]
        if (-not $value) { $value = $null }
        if ([object]::Equals([Environment]::GetEnvironmentVariable($names[$i]), $value)) { continue }
        if ($null -eq $value) { [Environment]::SetEnvironmentVariable($names[$i], [NullString]::Value) }
        else { [Environment]::SetEnvironmentVariable($names[$i], $value) }
    }
    $shown = "$($s.Refusal) $($s.Drifted)"
    if ($active) { $shown = "$shown $($s.Record.Profile) $($s.Style) $($s.Protected)" }
    if ([object]::Equals($shown, $s.Segment)) { return }
    if ($active -or $s.Refusal) { $global:CTX_PROMPT = __ctx_segment } else { $global:CTX_PROMPT = '' }
    $s.Segment = $shown
}

# --- 5. Plans on disk -------------------------------------------------------------------------------------------------

function global:__ctx_guard {
    [Diagnostics.DebuggerHidden()]
    param($Version, $UserHome)
    $s = $global:__ctx_state
    if (-not [object]::Equals($Version, $s.Version)) { return $false }
    return [object]::Equals($UserHome, [Environment]::GetEnvironmentVariable($s.HomeName))
}

# Whether the user of this shell owns a file, which must not be a link, and its directory, on Windows.
function global:__ctx_owned {
    [Diagnostics.DebuggerHidden()]
    param($File, $Folder)
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

# Elsewhere: who that user is; a file may have to tell. Stays $null where nobody can.
function global:__ctx_find_user {
    [Diagnostics.DebuggerHidden()]
    param($File)
    $s = $global:__ctx_state
    if ($null -eq $s.Stat) { __ctx_find_stat }
    if ([IO.Directory]::Exists('/proc/self')) { $s.UserId = $s.Stat.Invoke('/proc/self').UserId }
    else {
        $stat = $s.LinkStat.Invoke($File)
        if ($stat.GetUserName() -ceq [Environment]::UserName) { $s.UserId = $stat.UserId }
    }
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

# When profiles.toml was changed last, links followed; -1: there is no such file, -2: nobody can tell.
function global:__ctx_config_time {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $config = [IO.FileInfo]::new($s.ConfigFile)
    if ($config.Exists -and $config.Attributes -band [IO.FileAttributes]::ReparsePoint) {
        if (-not $s.HasLinkTarget) { return -2 }
        try { $config = $config.ResolveLinkTarget($true) }
        catch { return -1 }
        if ($null -eq $config) { return -2 }
    }
    if (-not $config.Exists) { return -1 }
    return $config.LastWriteTimeUtc.Ticks
}

# The text of a file in the cache, or the plan in it if AsPlan. $null unless it is the user's own, can be read, and was
# made from profiles.toml as it was at Time. The same text says the same again, and evaluating it is what costs most.
# One function, for every switch comes through here, and calls are what costs next.
function global:__ctx_cached {
    [Diagnostics.DebuggerHidden()]
    param($File, $Folder, $AsPlan)
    $s = $global:__ctx_state
    try {
        $item = [IO.FileInfo]::new($File)
        if (-not $item.Exists -or $item.LastWriteTimeUtc.Ticks -ne $s.Time) { return $null }
        $length = $item.Length
        if ($length -eq 0 -or $length -gt 1MB) { return $null }
        if ($s.Windows) { if (-not (__ctx_owned $File $Folder)) { return $null } }
        else {
            if ($null -eq $s.UserId) { __ctx_find_user $File }
            $me = $s.UserId
            $stat = $s.LinkStat.Invoke($File)
            if ($stat.UserId -ne $me -or [string] $stat.ItemType -cne 'File') { return $null }
            if ($s.Stat.Invoke($Folder).UserId -ne $me) { return $null }
        }
        $text = [IO.File]::ReadAllText($File)
        if (-not $AsPlan) { return $text }
        $key = [Environment]::GetEnvironmentVariable($s.HomeName) + "`0" + $text
        $plan = $s.Plans[$key]
        if ($null -eq $plan) {
            $plan = __ctx_read $text
            if ($s.Plans.get_Count() -ge 64) { $s.Plans.Clear() }
            if ($null -ne $plan) { $s.Plans[$key] = $plan }
        }
        return $plan
    }
    catch { return $null }
}

# Evaluates what a file in the cache, or the program, says, and gives the plan in it; $null if there is none. Whatever
# is cut off is a syntax error, which throws.
function global:__ctx_read {
    [Diagnostics.DebuggerHidden()]
    param($Text)
    $s = $global:__ctx_state
    $s.Read = $null
    $s.Reading = $true
    try { $null = & ([scriptblock]::Create("[Diagnostics.DebuggerHidden()]param()`n" + $Text)) }
    finally { $s.Reading = $false }
    $plan = $s.Read
    $s.Read = $null
    return $plan
}

# The compiled plan of a profile. Starts no process.
function global:__ctx_compiled {
    [Diagnostics.DebuggerHidden()]
    param($Name)
    $s = $global:__ctx_state
    if (-not $s.ProfilePattern.IsMatch($Name)) { return $null }
    $folder = $s.PlanFolder
    $plan = __ctx_cached ([IO.Path]::Combine($folder, $Name)) $folder $true
    # The file system of Windows would find "Work" for "work"; only one of them is a profile.
    if ($null -ne $plan -and $s.Windows) {
        if ($Name -cne [IO.Path]::GetFileName([IO.Directory]::GetFiles($folder, $Name)[0])) { return $null }
    }
    return $plan
}

# Where below a folder the entry of a project file lies. The drive is one more folder.
function global:__ctx_mirrored {
    [Diagnostics.DebuggerHidden()]
    param($Folder, $File)
    $s = $global:__ctx_state
    if (-not $s.Windows) { return $Folder + $File }
    return $Folder + '\' + $File.Replace(':', '').TrimStart([char] '\')
}

# The answer on disk for a project file, if it is about that file as it is now.
function global:__ctx_answer {
    [Diagnostics.DebuggerHidden()]
    param($File)
    $s = $global:__ctx_state
    $folder = [IO.Path]::Combine($s.Cache, 'projects', 'pwsh')
    $plan = __ctx_cached (__ctx_mirrored $folder $File) $folder $true
    if ($null -eq $plan -or -not [object]::Equals($plan.File, $File)) { return $null }
    if ($plan.Absent.Exists($s.Exists) -or -not $plan.Present.TrueForAll($s.Exists)) { return $null }
    if ($plan.Denied) { return $plan }
    if ($plan.Mode -cne 'text' -or $null -eq $plan.Binding) { return $null }
    $length = $s.Encoding.GetByteCount($plan.Content)
    if (__ctx_holds $File $plan.Real 'text' $plan.Content $length '') { return $plan }
    return $null
}

# Whether the stamp in use says that profiles.toml is as it was.
function global:__ctx_stamped {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $stamp = $s.Stamp
    if ($stamp.Length -eq 0) { return $true }
    if ($stamp -eq '?') { return $false }
    $time = __ctx_config_time
    $s.Time = $time
    if ($stamp -eq '-') { return $time -eq -1 }
    if ($stamp[0] -eq '=') { return [object]::Equals($stamp, "=$time") }
    return [IO.File]::Exists($stamp) -and [IO.File]::GetLastWriteTimeUtc($stamp).Ticks -eq $time
}

# Takes the index on disk into use. If that is not possible, what is left is when to look again.
function global:__ctx_load_index {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $s.Changed = $true
    $time = __ctx_config_time
    $s.Time = $time
    if ($time -eq -1) {
        __ctx_use_index '' '-' ''
        return $true
    }
    $folder = [IO.Path]::Combine($s.Cache, 'bindings')
    $text = __ctx_cached ([IO.Path]::Combine($folder, 'current')) $folder $false
    if ($null -ne $text) {
        $lines = $text.Split([char] 10)
        if ($lines.Length -ge 5 -and $lines[4] -ceq 'end' -and (__ctx_guard $lines[0] $lines[1]) -and
            $lines[2] -cmatch '^[A-Za-z0-9_-][A-Za-z0-9._-]*\z') {
            $tree = [IO.Path]::Combine($folder, $lines[2])
            if ([IO.File]::Exists("$tree.stamp") -and [IO.File]::GetLastWriteTimeUtc("$tree.stamp").Ticks -eq $time) {
                __ctx_use_index $tree "$tree.stamp" $lines[3]
                return $true
            }
        }
    }
    # The tree stays: what was bound where is still the best guess.
    __ctx_use_index $s.Tree "=$time" $s.Default
    return $false
}

function global:__ctx_use_index {
    [Diagnostics.DebuggerHidden()]
    param($Tree, $Stamp, $Default)
    $s = $global:__ctx_state
    # An empty tree, as most people have it, is not walked. It never changes.
    if (-not [IO.Directory]::Exists($Tree) -or [IO.Directory]::GetFileSystemEntries($Tree).Length -eq 0) { $Tree = '' }
    $s.Tree = $Tree
    if ($Tree.Length -gt 0) { __ctx_find_trees }
    $s.Stamp = $Stamp
    $s.Default = $Default
    $s.Denied.Clear()
}

# --- 6. Calling ctx ---------------------------------------------------------------------------------------------------

# The words that start ctx for this shell.
function global:__ctx_line {
    [Diagnostics.DebuggerHidden()]
    param($Empty)
    $s = $global:__ctx_state
    $words = '', $s.Previous, $s.Manual
    if ($null -ne $s.Record) { $words[0] = $s.Record.Profile }
    for ($i = 0; $i -lt 3; $i++) { if (-not $words[$i]) { $words[$i] = $Empty } }
    return @($s.Program) + @('@hook', $s.Version, 'pwsh', $s.Config, $s.Data, $s.Cache) + $words
}

# What the environment must hold while ctx runs: the user's own, and the working directory as this shell names it.
function global:__ctx_own_values {
    [Diagnostics.DebuggerHidden()]
    param($Live)
    $s = $global:__ctx_state
    $values = __ctx_off_values $Live
    foreach ($entry in (__ctx_bookkeeping $Live).GetEnumerator()) { $values[$entry.Key] = $null }
    foreach ($key in 'CTX_STATUS', '__CTX_BY', '__CTX_MANUAL', '__CTX_BINDING', '__CTX_PIN') {
        if ($Live.ContainsKey($key)) { $values[$key] = $null }
    }
    if (-not $s.Windows) { $values['PWD'] = __ctx_here }
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
# Standard input and standard error stay the terminal's: it may ask, and it reports its own errors, unless Quiet.
function global:__ctx_ask {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words, $Quiet)
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
    if ($Quiet) { $info.RedirectStandardError = $true }
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
        if ($Quiet) { $process.BeginErrorReadLine() }
        $reading = $process.StandardOutput.ReadToEndAsync()
        # In short steps: PowerShell sees Ctrl-C only between two of them.
        while (-not $reading.Wait(100)) { }
        while (-not $process.WaitForExit(100)) { }
        $ended = $true
        return @{ Code = $process.ExitCode; Text = $reading.Result }
    }
    catch {
        if (-not $Quiet) { __ctx_gone $line[0] $_ }
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
# profile is off in this process too, because a native command inherits nothing else; the journal brings it back. A
# command that compares what is there with what ctx left sees all as it is.
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
    if ($Words.Length -gt 0 -and $Words[0] -cmatch '^(?:status|doctor|list)\z') {
        $values = [Collections.Hashtable]::new($s.Comparer)
        if (-not $s.Windows) { $values['PWD'] = __ctx_here }
    }
    else { $values = __ctx_own_values $live }
    $journal = [Collections.Hashtable]::new($s.Comparer)
    foreach ($key in $values.get_Keys()) { $journal[$key] = $live[$key] }
    $errors = $global:Error.Clone()
    $s.After = $s.Record
    $s.AfterBy = $s.By
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

# Asks ctx for a plan. Gives it, or the exit code where there is none, and then why has been said. Silence: what to say
# of a program that said nothing.
function global:__ctx_fetch {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words, $Silence)
    $answer = __ctx_ask $Words
    if ($answer.Code -ne 0) { return $answer.Code }
    $plan = $null
    try { $plan = __ctx_read $answer.Text }
    catch { $plan = $null }
    if ($null -ne $plan) { return $plan }
    __ctx_error $Silence
    return 1
}

# --- 7. Directories ---------------------------------------------------------------------------------------------------

# The working directory in the file system as this shell names it, whatever other drive it is on.
function global:__ctx_here {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $location = $global:PWD
    $path = ''
    if ($location -is [Management.Automation.PathInfo] -and $location.Provider.Name -ceq 'FileSystem') {
        # ProviderPath costs more than all the rest, and is the same on the drive that begins at the root.
        $drive = $location.Drive
        if (-not $s.Windows -and $null -ne $drive -and $drive.Name -ceq '/') { $path = $location.Path }
        else { $path = $location.ProviderPath }
    }
    else { $path = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath }
    if (-not $s.Windows) {
        if ($path.Length -eq 0 -or $path[0] -ne '/') { return '/' }
        if ($path.IndexOf('//', [StringComparison]::Ordinal) -ge 0) { $path = [regex]::Replace($path, '//+', '/') }
    }
    $root = [IO.Path]::GetPathRoot($path)
    if ($path.Length -gt $root.Length) { $path = $path.TrimEnd($s.Slash[0]) }
    return $path
}

# Whether nothing changed since the last decision, or nothing but the working directory, inside the same binding or
# outside any. This is what an idle prompt costs, and most directory changes; hence one function, for calls are what
# costs. For __ctx_look it leaves what is so now in Stamped, Time, Here, Files and Trees.
function global:__ctx_is_as_was {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $stamp = $s.Stamp
    $s.Time = -1
    if ($stamp.Length -gt 1 -and $stamp[0] -ne '=') { $s.Time = [IO.File]::GetLastWriteTimeUtc($stamp).Ticks }
    # Of a link this is its own time, which says nothing; what is not there is as old as can be.
    $s.Stamped = $s.Time -eq [IO.File]::GetLastWriteTimeUtc($s.ConfigFile).Ticks -and $s.Time -ne 504911232000000000
    if (-not $s.Stamped) { $s.Stamped = __ctx_stamped }
    $location = $global:PWD
    if (-not [object]::ReferenceEquals($location, $s.Where)) {
        $drive = $null
        if ($location -is [Management.Automation.PathInfo]) { $drive = $location.Drive }
        # Most of the time __ctx_here would say the same.
        if ($null -eq $drive -or $drive.Name -cne '/') { $s.Here = __ctx_here } else { $s.Here = $location.Path }
        # All candidates by one replacement, outermost first: a loop over the path would cost more than the file system.
        $root = [IO.Path]::GetPathRoot($s.Here).TrimEnd($s.Slash[0])
        $below = $s.Here.Substring($root.Length)
        $files = $root + $s.Leaf
        if ($below.Length -gt 1) {
            $files += $s.UpwardPattern.Replace($below, "`0" + $root.Replace('$', '$$') + '$1' + $s.Leaf)
        }
        $s.Files = [Collections.Generic.List[string]]::new([string[]] $files.Split([char] 0))
        if ($s.Tree.Length -gt 0) { __ctx_find_trees }
        $s.Where = $location
    }
    if (-not $s.Stamped) { return $false }
    if (-not [string]::Equals($s.At, $s.Here)) {
        if (-not $s.Decided -or $s.Changed -or $s.Kept -or $s.Force -or $s.Pin) { return $false }
        # A stamp without an index says when to look again, and nothing else.
        if ($stamp.Length -eq 0 -or $stamp[0] -eq '=') { return $false }
        $nearest = $s.Files.FindLastIndex($s.Exists)
        $top = -1
        if ($s.Tree.Length -gt 0) { $top = $s.Trees.FindLastIndex($s.IsFile) }
        $binding = ''
        $file = ''
        if ($nearest -gt $top) { $file = $s.Files[$nearest] }
        elseif ($top -ge 0) {
            $nearest = $top
            $binding = $s.Files[$top].Substring(0, $s.Files[$top].Length - $s.Leaf.Length)
        }
        if (-not [string]::Equals($file, $s.File)) { return $false }
        if ($file.Length -eq 0 -and -not [string]::Equals($binding, $s.Binding)) { return $false }
        $s.At = ''
        $s.Absent = $s.Files.GetRange($nearest + 1, $s.Files.Count - $nearest - 1)
        $s.Absent.AddRange($s.OwnAbsent)
        $s.Present = $s.OwnPresent
        $s.At = $s.Here
    }
    if ($s.Absent.Exists($s.Exists)) {
        foreach ($path in $s.Absent) { if (__ctx_exists $path) { return $false } }
    }
    if (-not $s.Present.TrueForAll($s.Exists)) { return $false }
    if ($s.File.Length -eq 0) { return $true }
    return __ctx_holds $s.File $s.Real $s.Mode $s.Content $s.Length $s.Sign
}

# Where the index would bind each of the candidates.
function global:__ctx_find_trees {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    if (-not $s.Windows) {
        $trees = $s.Tree + [string]::Join("`0" + $s.Tree, $s.Files)
        $s.Trees = [Collections.Generic.List[string]]::new([string[]] $trees.Split([char] 0))
        return
    }
    $s.Trees = [Collections.Generic.List[string]]::new()
    foreach ($file in $s.Files) { $s.Trees.Add((__ctx_mirrored $s.Tree $file)) }
}

# Whether there is something at a path. For .NET a link that leads nowhere is there.
function global:__ctx_exists {
    [Diagnostics.DebuggerHidden()]
    param($Path)
    $s = $global:__ctx_state
    if (-not $s.Exists.Invoke($Path)) { return $false }
    $item = [IO.FileInfo]::new($Path)
    if (-not $s.HasLinkTarget -or -not ($item.Attributes -band [IO.FileAttributes]::ReparsePoint)) { return $true }
    try { return $s.Exists.Invoke($item.ResolveLinkTarget($true).FullName) }
    catch { return $false }
}

# Whether a project file is as it was. Length: of the text in bytes. Waits for no FIFO, and reads no more than the text.
function global:__ctx_holds {
    [Diagnostics.DebuggerHidden()]
    param($File, $Real, $Mode, $Content, $Length, $Sign)
    $s = $global:__ctx_state
    if ($Mode -ceq 'odd') { return [string]::Equals((__ctx_sign $File), $Sign) }
    try {
        $item = [IO.FileInfo]::new($File)
        # 16: a directory, 1024: a link. What is not there has every attribute.
        $kind = $item.Attributes.value__
        if ($kind -band 16) { return $false }
        if (-not [string]::Equals($File, $Real)) {
            if (-not (__ctx_is_same_file $File $Real)) { return $false }
            $item = [IO.FileInfo]::new($Real)
        }
        elseif ($kind -band 1024) { return $false }
        if ($Mode -ceq 'text') {
            if ($item.Length -ne $Length) { return $false }
            if ($Length -eq 0 -and -not (__ctx_is_regular $item.FullName)) { return $false }
            return [string]::Equals($s.Encoding.GetString([IO.File]::ReadAllBytes($item.FullName)), $Content)
        }
        if ($item.Length -lt $Length) { return $false }
        if ($Length -eq 0 -and -not (__ctx_is_regular $item.FullName)) { return $false }
        $bytes = [byte[]]::new($Length)
        $stream = $item.OpenRead()
        try { $count = $stream.Read($bytes, 0, $Length) }
        finally { $stream.Dispose() }
        return $count -eq $Length -and [string]::Equals($s.Encoding.GetString($bytes), $Content)
    }
    catch { return $false }
}

# Where a length does not tell: what is no regular file has none.
function global:__ctx_is_regular {
    [Diagnostics.DebuggerHidden()]
    param($File)
    $s = $global:__ctx_state
    if ($s.Windows) { return $true }
    if ($null -eq $s.Stat) { __ctx_find_stat }
    return [string] $s.Stat.Invoke($File).ItemType -ceq 'File'
}

function global:__ctx_is_same_file {
    [Diagnostics.DebuggerHidden()]
    param($File, $Real)
    $s = $global:__ctx_state
    try {
        if ($s.Windows) {
            $item = [IO.FileInfo]::new($File)
            if (-not ($item.Attributes -band [IO.FileAttributes]::ReparsePoint)) { return [IO.File]::Exists($Real) }
            return $s.HasLinkTarget -and [string]::Equals($item.ResolveLinkTarget($true).FullName, $Real)
        }
        if ($null -eq $s.Stat) { __ctx_find_stat }
        $one = $s.Stat.Invoke($File)
        $other = $s.Stat.Invoke($Real)
        return $one.Inode -eq $other.Inode -and $one.DeviceId -eq $other.DeviceId
    }
    catch { return $false }
}

# What a file that is not to be read looks like.
function global:__ctx_sign {
    [Diagnostics.DebuggerHidden()]
    param($File)
    $s = $global:__ctx_state
    try {
        if ($s.Windows) {
            $item = [IO.FileInfo]::new($File)
            return "$($item.Attributes) $($item.LastWriteTimeUtc.Ticks) $($item.CreationTimeUtc.Ticks)"
        }
        if ($null -eq $s.Stat) { __ctx_find_stat }
        $stat = $s.Stat.Invoke($File)
        $sign = "$($stat.ItemType) $($stat.Mode) $($stat.UserId) $($stat.Inode)"
        if ([string] $stat.ItemType -cne 'File') { return $sign }
        return "$sign $($stat.Size) $($stat.StatusChangeTime.Ticks) $([IO.File]::GetLastWriteTimeUtc($File).Ticks)"
    }
    catch { return '' }
}

# Lets the binding rest on an answer: its file and records, all of them until the next directory change, and then those
# that are not about nearer files.
function global:__ctx_rest_on {
    [Diagnostics.DebuggerHidden()]
    param($Plan)
    $s = $global:__ctx_state
    $s.Binding = $Plan.Binding
    $s.Place = $Plan.Place
    $s.File = $Plan.File
    $s.Real = $Plan.Real
    $s.Mode = $Plan.Mode
    $s.Content = $Plan.Content
    $s.Length = $s.Encoding.GetByteCount($Plan.Content)
    if ($Plan.Mode -ceq 'odd') { $s.Sign = __ctx_sign $Plan.File }
    $s.OwnPresent = $Plan.Present
    $s.OwnAbsent = [Collections.Generic.List[string]]::new()
    foreach ($path in $Plan.Absent) {
        if (-not $path.EndsWith($s.Leaf, [StringComparison]::Ordinal)) { $s.OwnAbsent.Add($path) }
    }
}

# Without an answer, what the project file looks like has to do.
function global:__ctx_rest_on_sight {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    if ($s.File.Length -eq 0 -or $s.Mode.Length -gt 0) { return }
    $s.Real = $s.File
    $s.Content = ''
    $s.Length = 0
    $s.Sign = __ctx_sign $s.File
    $s.Mode = 'odd'
}

# The binding that covers the working directory: the nearest one upward, and at the same depth that of profiles.toml.
# Rests: the answer for the present project file still holds.
function global:__ctx_walk {
    [Diagnostics.DebuggerHidden()]
    param($Rests)
    $s = $global:__ctx_state
    $found = @{
        Binding = ''; Leaf = ''; File = ''; Answer = $null
        Absent = [Collections.Generic.List[string]]::new(); Present = [Collections.Generic.List[string]]::new()
    }
    if ($s.Pin) { return $found }
    $files = $s.Files
    $top = -1
    if ($s.Tree.Length -gt 0) { $top = $s.Trees.FindLastIndex($s.IsFile) }
    $end = $files.Count
    while ($end - $top -gt 1) {
        $at = $files.FindLastIndex($end - 1, $end - $top - 1, $s.Exists)
        $from = [Math]::Max($at, $top) + 1
        $found.Absent.AddRange($files.GetRange($from, $end - $from))
        if ($at -lt 0) { break }
        $file = $files[$at]
        $end = $at
        if ($Rests -and [string]::Equals($file, $s.File)) { }
        elseif (-not (__ctx_exists $file)) { $found.Absent.Add($file); continue }
        elseif ($s.Denied.ContainsKey($file) -and $s.Denied[$file].TrueForAll($s.Exists)) {
            $found.Present.AddRange($s.Denied[$file])
            continue
        }
        else {
            $s.Denied.Remove($file)
            $answer = __ctx_answer $file
            if ($null -ne $answer -and $answer.Denied) {
                $s.Denied[$file] = $answer.Present
                $found.Present.AddRange($answer.Present)
                continue
            }
            $found.Answer = $answer
        }
        $found.File = $file
        $top = $at
        break
    }
    if ($top -lt 0) { return $found }
    $found.Binding = $files[$top].Substring(0, $files[$top].Length - $s.Leaf.Length)
    if ($top -eq 0) { $found.Binding += $s.Slash }
    if ($found.File.Length -eq 0) { $found.Leaf = $s.Trees[$top] }
    return $found
}

# Decides what is due in the working directory, and does it. Force: "yes" if even what seems to be active is applied
# again. Entering: as if the directory had just been entered. Reload: nothing on disk counts. __ctx_is_as_was must have
# been asked before.
function global:__ctx_look {
    [Diagnostics.DebuggerHidden()]
    param($Force, $Entering, $Reload)
    $s = $global:__ctx_state
    $here = $s.Here
    $ask = $Reload
    # A stamp without an index says when to look again, and nothing else.
    if (-not $s.Stamped -or $s.Stamp.Length -eq 0 -or $s.Stamp[0] -eq '=') {
        if (-not (__ctx_load_index)) { $ask = $true }
    }
    # Whether the answer that the binding rests on still holds.
    $rests = $s.Decided -and -not $s.OwnAbsent.Exists($s.Exists) -and $s.OwnPresent.TrueForAll($s.Exists)
    if ($rests -and $s.File.Length -gt 0) {
        $rests = __ctx_holds $s.File $s.Real $s.Mode $s.Content $s.Length $s.Sign
    }
    $found = __ctx_walk $rests
    $entered = $Entering -or -not [string]::Equals($found.Binding, $s.Binding)
    if ($s.Kept) {
        # While profiles.toml cannot be used nobody but ctx knows what it bound.
        $ask = $true
        $inside = ($here + $s.Slash).StartsWith($s.Binding.TrimEnd($s.Slash[0]) + $s.Slash, $s.Comparison)
        if ($inside -and $found.Binding.Length -eq 0 -and $s.Binding.Length -gt 0) { $entered = $Entering }
    }
    if ($rests -and -not ($ask -or $Force -or $entered -or $s.Changed) -and [string]::Equals($found.File, $s.File)) {
        $found.Absent.AddRange($s.OwnAbsent)
        $found.Present.AddRange($s.OwnPresent)
        $s.Absent = $found.Absent
        $s.Present = $found.Present
        $s.At = $here
        return
    }

    $s.Decided = $false
    $s.Usual = $false
    $s.At = ''
    $s.Mark = $here
    $was = @{ Record = $s.Record; Text = $s.Applied; Previous = $s.Previous; By = $s.By; Binding = $s.Binding }
    if ($entered -or $Force) { $s.Told = '' }
    if ($entered -or $found.Binding.Length -gt 0) {
        $s.Binding = $found.Binding
        $s.Place = ''
    }
    $s.File = $found.File
    $s.Mode = ''
    $s.OwnAbsent = [Collections.Generic.List[string]]::new()
    $s.OwnPresent = [Collections.Generic.List[string]]::new()
    $s.Absent = $found.Absent
    $s.Present = $found.Present
    try {
        $due = $null
        if (-not $ask) {
            $due = __ctx_due $found $entered $was
            $ask = $null -eq $due
        }
        if ($ask) {
            if ($entered) { __ctx_take_off $was.By }
            $asked = $here
            if ($s.Pin) { $asked = '' }
            $words = '@enter', $asked, $was.By, $was.Binding, $Force
            $due = __ctx_fetch $words 'ctx: the program did not say what to do here'
            if ($due -is [int]) { $due = $null }
            elseif ($null -ne $due.Stamp) { __ctx_use_index $due.Tree $due.Stamp $due.Default }
        }
        if ($null -eq $due) { __ctx_fail $entered }
        else {
            if ($null -ne $due.Binding) {
                __ctx_rest_on $due
                if ($ask) {
                    $s.Absent = $due.Absent
                    $s.Present = $due.Present
                }
                else { $s.Present.AddRange($due.Present) }
            }
            if ($s.File.Length -gt 0 -and $s.Mode.Length -eq 0) { __ctx_rest_on_sight }
            __ctx_carry_out $due $entered $Force $was
        }
    }
    catch {
        $message = $_.Exception.GetBaseException().Message
        if (-not $message.StartsWith('ctx: ', [StringComparison]::Ordinal)) { $message = "ctx: $message" }
        __ctx_error $message
        __ctx_fail ($entered -or $Force)
    }
    $s.Changed = $false
    $s.Decided = $true
    $s.First = $false
    $s.Mark = $null
    $s.At = $here
    $s.Usual = $s.Interactive -and $s.Stamp.Length -gt 1 -and $s.Stamp[0] -ne '=' -and -not ($s.Kept -or $s.Pin) -and
        ($s.File.Length -eq 0 -or
            # Only of a text that is not empty does the length tell a FIFO, which must not be read.
            ($s.Mode -ceq 'text' -and $s.Length -gt 0 -and [string]::Equals($s.File, $s.Real)))
}

# What is due, where the shell can tell alone: a plan whose By says who chose it. Its profile may be empty: none is due.
function global:__ctx_due {
    [Diagnostics.DebuggerHidden()]
    param($Found, $Entered, $Was)
    $s = $global:__ctx_state
    $by = $Was.By
    $name = ''
    if ($Entered -or ($by -cne 'manual' -and $by -cne 'default')) {
        if ($Found.File.Length -gt 0) {
            $plan = $Found.Answer
            if ($null -ne $plan) { $plan.By = 'directory' }
            return $plan
        }
        if ($Found.Binding.Length -gt 0) {
            $by = 'directory'
            $text = __ctx_cached $Found.Leaf ([IO.Path]::Combine($s.Cache, 'bindings')) $false
            if ($null -eq $text) { return $null }
            $lines = $text.Split([char] 10)
            if ($lines.Length -lt 2) { return $null }
            $name = $lines[0]
            $s.Place = $lines[1]
            if (-not $s.ProfilePattern.IsMatch($name)) { return $null }
        }
        elseif ($s.Manual.Length -gt 0) {
            $by = 'manual'
            $name = $s.Manual
        }
        elseif ($s.Default.Length -gt 0) { $by = 'default' }
        else { $by = '' }
    }
    elseif ($by -ceq 'manual' -and $null -ne $Was.Record) { $name = $Was.Record.Profile }
    if ($by -ceq 'default') { $name = $s.Default }
    if ($name.Length -eq 0 -or $name -eq '-') {
        if ($by -cne 'manual') { $by = '' }
        return @{ Profile = ''; By = $by; Binding = $null; Refusal = ''; Kept = $false }
    }
    $plan = __ctx_compiled $name
    if ($null -ne $plan) { $plan.By = $by }
    return $plan
}

# Does what is due. Was: what was so before.
function global:__ctx_carry_out {
    [Diagnostics.DebuggerHidden()]
    param($Due, $Entered, $Force, $Was)
    $s = $global:__ctx_state
    $by = $Due.By
    if ($null -eq $by) { $by = $Was.By }
    if ($Due.Refusal) {
        $s.Refusal = $Due.Refusal
        # Start-up files may have exported over what was inherited: that is nothing to be kept.
        $s.Kept = $Due.Kept -and -not $s.Force
        if ($s.Kept) { __ctx_publish } else { __ctx_take_off $by }
        if (-not [string]::Equals($Due.Line, $s.Told) -and -not $env:CLAUDECODE) { __ctx_error "ctx: $($Due.Line)" }
        $s.Told = $Due.Line
        return
    }
    $s.Refusal = ''
    $s.Kept = $false
    $s.Told = ''
    if ($Due.Profile.Length -eq 0) {
        __ctx_take_off $by
        if ($null -eq $Was.Record) { return }
        $dot = [char] 0xB7
        $tail = ''
        if ($s.Claude) { $tail = " $dot ctx status tells what claude uses now" }
        __ctx_say "ctx: off $dot was $($Was.Record.Profile)$tail"
        return
    }
    $same = [string]::Equals($Due.Text, $Was.Text)
    if ($same -and -not $Entered -and -not $Force) {
        $s.By = $by
        __ctx_publish
        return
    }
    if ($null -ne $Was.Record -and $Was.Record.Profile -ceq $Due.Profile) {
        $s.Previous = $Was.Previous
        # An inherited profile: what it was made from is not known here.
        $same = $same -or $Was.Text.Length -eq 0
    }
    $place = ''
    if ($by -ceq 'directory') { $place = $s.Place }
    # `auto` and `reload` were typed: they are answered in any case.
    $same = $same -and (-not $Force -or $s.Force)
    if ($same -or ($s.First -and $by -ceq 'default')) { $place = $null }
    __ctx_switch $Due $by $place
}

# What could not be decided or done is not tried again until something changes.
function global:__ctx_fail {
    [Diagnostics.DebuggerHidden()]
    param($Entered)
    $s = $global:__ctx_state
    __ctx_rest_on_sight
    $s.Refusal = 'error'
    if (-not $Entered) { __ctx_publish }
    elseif ($s.Binding.Length -gt 0) { __ctx_take_off 'directory' }
    else { __ctx_take_off '' }
}

# Says that variables which decide how a family signs in are not what the profile left, or says nothing once they are.
function global:__ctx_drift {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $now = [Environment]::ExpandEnvironmentVariables($s.Watch)
    $s.Seen = $now
    $was = $s.Drifted
    $s.Drifted = -not [string]::Equals($now, $s.Left)
    if ($s.Drifted -ne $was) { __ctx_publish }
    if ($was -or -not $s.Drifted) { return }
    $names = $s.Watch.Split([char] 1)
    $values = $now.Split([char] 1)
    $left = $s.Left.Split([char] 1)
    for ($i = 0; $i -lt $names.Length - 1; $i++) { if (-not [string]::Equals($values[$i], $left[$i])) { break } }
    $dot = [char] 0xB7
    $name = $names[$i].Trim([char] '%')
    __ctx_say "ctx: $($s.Record.Profile) drifted $dot $name was changed in this shell $dot ctx reload takes it back"
}

# --- 8. Prompt --------------------------------------------------------------------------------------------------------

# What happens at a prompt, and where the working directory changed. Lets no exception out: that would be the user's.
function global:__ctx_notice {
    [Diagnostics.DebuggerHidden()]
    param()
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $errors = $global:Error.Clone()
    try {
        if ($null -eq $s.Interactive) { $s.Interactive = __ctx_is_interactive }
        if ($null -ne $s.Journal -or $null -ne $s.Mark) { __ctx_recover }
        if ($s.Interactive) {
            if (-not $s.Ready) { __ctx_start }
            if (-not (__ctx_is_as_was)) {
                __ctx_look $s.Force $false $false
                $s.Force = ''
            }
            if ($s.Watch.Length -gt 0 -and $s.Refusal.Length -eq 0 -and
                -not [string]::Equals([Environment]::ExpandEnvironmentVariables($s.Watch), $s.Seen)) { __ctx_drift }
        }
    }
    catch {
        __ctx_error "ctx: $($_.Exception.GetBaseException().Message)"
        $s.Mark = $null
        $s.At = $s.Here
    }
    finally {
        # As __ctx_restore_errors tests it, without what a call costs.
        $same = $global:Error.Count -eq $errors.Count
        if ($same -and $errors.Count -gt 0) { $same = [object]::ReferenceEquals($global:Error[0], $errors[0]) }
        if (-not $same) { __ctx_restore_errors $errors }
    }
}

# Scripts may call `prompt` too. Where the words that started PowerShell do not tell, the prompt's own caller does.
function global:__ctx_is_interactive {
    [Diagnostics.DebuggerHidden()]
    param()
    $odd = $false
    $words = [Environment]::GetCommandLineArgs()
    for ($i = 1; $i -lt $words.Length; $i++) {
        if ($words[$i] -match '^-+noe') { return $true }
        if ($words[$i] -notmatch '^-+(nol|nop|l|i$|interactive$|sta$|mta$)') { $odd = $true }
    }
    if (-not $odd) { return $true }
    $debugger = [Management.Automation.Runspaces.Runspace]::DefaultRunspace.Debugger
    $frames = [Collections.Generic.List[object]]::new($debugger.GetCallStack())
    return $frames.Count -gt 1 -and $frames[$frames.Count - 2].FunctionName -ceq 'prompt'
}

# What CTX_PROMPT holds: nothing but names of profiles ever gets into it.
function global:__ctx_segment {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $text = ''
    $colored = -not [Environment]::GetEnvironmentVariable('NO_COLOR')
    if ([Environment]::GetEnvironmentVariable('TERM') -ceq 'dumb') { $colored = $false }
    $escape = [string] [char] 27
    if ($null -ne $s.Record) {
        $text = $s.Record.Profile
        if ($s.Protected) {
            if (__ctx_is_utf8) { $text += [char]::ConvertFromUtf32(0x1F512) } else { $text += '#' }
        }
        if ($s.Drifted) { $text += '*' }
        $colors = 'black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'
        $code = [Array]::IndexOf($colors, $s.Style)
        if ($colored -and $code -ge 0) { $text = "$escape[3${code}m$text$escape[0m" }
    }
    if ($s.Refusal) {
        if ($colored) { $text += "$escape[31m!$($s.Refusal)$escape[0m" } else { $text += "!$($s.Refusal)" }
    }
    if ($text) { $text += ' ' }
    return $text
}

function global:__ctx_is_utf8 {
    [Diagnostics.DebuggerHidden()]
    param()
    # Elsewhere .NET takes every console for one that reads UTF-8.
    if ($global:__ctx_state.Windows) { return [Console]::OutputEncoding.CodePage -eq 65001 }
    foreach ($locale in $env:LC_ALL, $env:LC_CTYPE, $env:LANG) { if ($locale) { return $locale -match 'utf-?8' } }
    return $false
}

function global:__ctx_install_prompt {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    # It calls the one it found, which sees the user's $?, and the variables in here too, hence their names. Whether
    # nothing changed, as __ctx_is_as_was and __ctx_holds ask it, is asked here where no call is needed for that: after
    # a `cd` a call takes as long as all the rest.
    $s.PromptText = @'
[Diagnostics.DebuggerHidden()]param() # __ctx_prompt
$__ctx_ok = $?
$__ctx_s = $global:__ctx_state
$__ctx_same = $false
if ($__ctx_s.Usual -and [object]::ReferenceEquals($global:PWD, $__ctx_s.Where) -and
    [string]::Equals($__ctx_s.At, $__ctx_s.Here) -and $null -eq $__ctx_s.Journal) {
    $__ctx_time = [IO.File]::GetLastWriteTimeUtc($__ctx_s.ConfigFile)
    if ($__ctx_time.Equals([IO.File]::GetLastWriteTimeUtc($__ctx_s.Stamp)) -and
        $__ctx_time.Ticks -ne 504911232000000000 -and -not $__ctx_s.Absent.Exists($__ctx_s.Exists) -and
        $__ctx_s.Present.TrueForAll($__ctx_s.Exists) -and
        (-not $__ctx_s.Watch -or
            [string]::Equals([Environment]::ExpandEnvironmentVariables($__ctx_s.Watch), $__ctx_s.Seen))) {
        $__ctx_same = -not $__ctx_s.File
        if (-not $__ctx_same) {
            $__ctx_item = [IO.FileInfo]::new($__ctx_s.File)
            if (-not ($__ctx_item.Attributes.value__ -band 1040) -and $__ctx_item.Length -eq $__ctx_s.Length) {
                try {
                    $__ctx_text = $__ctx_s.Encoding.GetString([IO.File]::ReadAllBytes($__ctx_s.File))
                    $__ctx_same = [string]::Equals($__ctx_text, $__ctx_s.Content)
                }
                catch { $global:Error.RemoveAt(0) }
            }
        }
    }
}
if (-not $__ctx_same) { __ctx_notice }
if (-not $__ctx_ok) { Microsoft.PowerShell.Utility\Write-Error '' -ErrorAction Ignore }
& $__ctx_s.Prompts[@number@]
'@
    $present = ${function:global:prompt}
    # The name in its text is the mark. A prompt without it may call ours all the same, hence a number for each.
    if ($null -ne $present -and "$present".Contains('__ctx_prompt')) { return }
    if ($null -eq $present) { $present = { "PS $($ExecutionContext.SessionState.Path.CurrentLocation)> " } }
    $s.Prompts += $present
    $text = $s.PromptText.Replace('@number@', [string] ($s.Prompts.Count - 1))
    ${function:global:prompt} = [scriptblock]::Create($text)
}

# `cd x; make` sees the environment of x. Other handlers stay; ours is known by being the very same object.
function global:__ctx_install_moves {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $commands = $ExecutionContext.SessionState.InvokeCommand
    if ($null -eq $commands.PSObject.Properties['LocationChangedAction']) { return }
    $present = $commands.LocationChangedAction
    if ($null -eq $s.Moved) {
        # Most moves are one directory down or aside, and then one candidate is new. If nothing is bound there, the same
        # binding covers it, or likewise none; whether all else is as it was the prompt asks. All of it stands in here,
        # for after a `cd` a call takes as long as the rest.
        $s.Moved = [EventHandler[Management.Automation.LocationChangedEventArgs]] {
            [Diagnostics.DebuggerHidden()]
            param()
            $s = $global:__ctx_state
            if ($s.Usual) {
                try {
                    # On any drive but the one that begins at the root it begins with the drive's name.
                    $location = $global:PWD
                    $path = $location.Path
                    $leaf = $s.Leaf
                    $cut = $path.LastIndexOf([char] '/')
                    $above = ''
                    if ($cut -gt 0) { $above = $path.Substring(0, $cut) + $leaf }
                    $files = $s.Files
                    $last = $files.Count - 1
                    $old = $files[$last]
                    $below = [string]::Equals($old, $above)
                    if ($below -or ($last -gt 0 -and [string]::Equals($files[$last - 1], $above))) {
                        $rests = [string]::Equals($s.At, $s.Here) -and $null -eq $s.Journal
                        $file = $path + $leaf
                        $s.Where = $null
                        if ($below) { $files.Add($file) } else { $files[$last] = $file }
                        $bound = $s.Exists.Invoke($file)
                        if ($s.Tree) {
                            $tree = $s.Tree + $file
                            if ($below) { $s.Trees.Add($tree) } else { $s.Trees[$last] = $tree }
                            $bound = $bound -or [IO.File]::Exists($tree)
                        }
                        $s.Here = $path
                        $s.Where = $location
                        if ($rests -and -not $bound) {
                            $absent = $s.Absent
                            $at = $absent.Count - $s.OwnAbsent.Count - 1
                            if ($below) {
                                $s.At = ''
                                $absent.Insert($at + 1, $file)
                                $s.At = $path
                                return
                            }
                            if ($at -ge 0 -and [string]::Equals($absent[$at], $old)) {
                                $s.At = ''
                                $absent[$at] = $file
                                $s.At = $path
                                return
                            }
                        }
                    }
                }
                catch { $s.Where = $null }
            }
            if ($s.Interactive -and -not $s.First) { __ctx_notice }
        }
    }
    if ($null -ne $present -and [Array]::IndexOf($present.GetInvocationList(), $s.Moved) -ge 0) { return }
    $commands.LocationChangedAction = [Delegate]::Combine($present, $s.Moved)
}

# --- 9. Command -------------------------------------------------------------------------------------------------------

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
    param([string[]] $Words, $Pin)
    $answer = __ctx_ask $Words
    if ($answer.Code -ne 0 -or -not $answer.Text.Trim()) { return "throw 'ctx: nothing was changed'" }
    if ($Pin) { return "& { $($answer.Text.Trim()); __ctx_run pin }`n" }
    return $answer.Text
}

# What such text calls for what is no plan.
function global:__ctx_run {
    [Diagnostics.DebuggerHidden()]
    param($Verb)
    if (-not $global:__ctx_state.Ready) { __ctx_start }
    if ($Verb -ceq 'pin') { __ctx_pin_here }
    elseif ((__ctx_command @($Verb) $false) -ne 0) { throw "ctx: $Verb failed" }
}

function global:__ctx_off {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $record = $s.Record
    $s.Manual = '-'
    $s.Refusal = ''
    $s.Kept = $false
    __ctx_take_off 'manual'
    $s.Force = ''
    if ($null -eq $record) { __ctx_say_fallback 'ctx: no profile is active' }
    else { __ctx_say_fallback "ctx: off $([char] 0xB7) was $($record.Profile)" }
}

# A line for people, and behind it what claude uses without a profile, which the program knows. If it does not, the line
# alone has to do.
function global:__ctx_say_fallback {
    [Diagnostics.DebuggerHidden()]
    param($Message)
    if ([Environment]::GetEnvironmentVariable('CTX_QUIET')) { return }
    if ([Environment]::GetEnvironmentVariable('CLAUDECODE')) { return }
    $answer = __ctx_ask @('off') $true
    $text = $answer.Text.Trim()
    if ($answer.Code -eq 0 -and $text -cmatch '^claude [^\n]+\z') { $Message += " $([char] 0xB7) $text" }
    __ctx_say $Message
}

# Switches to a profile, by its plan on disk where that is valid. Gives the exit code.
function global:__ctx_use {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words, $Pin)
    $s = $global:__ctx_state
    $plan = $null
    $silence = 'ctx: the program did not say what to do: nothing was changed'
    if ($Words.Length -eq 2) {
        # 1024: a link. Of those, and where there is no such file, only the call can tell.
        $config = [IO.FileInfo]::new($s.ConfigFile)
        if ($config.Attributes.value__ -band 1024) { $s.Time = __ctx_config_time }
        else { $s.Time = $config.LastWriteTimeUtc.Ticks }
        $plan = __ctx_compiled $Words[1]
    }
    if ($null -eq $plan) { $plan = __ctx_fetch $Words $silence }
    if ($plan -is [int]) { return $plan }
    __ctx_switch $plan 'manual' ''
    if ($Pin) { __ctx_pin_here }
    return 0
}

# From here on this shell ignores directories.
function global:__ctx_pin_here {
    [Diagnostics.DebuggerHidden()]
    param()
    $s = $global:__ctx_state
    $s.Pin = $true
    $s.Usual = $false
    $s.Binding = ''
    $s.Place = ''
    $s.File = ''
    foreach ($list in 'Absent', 'Present', 'OwnAbsent', 'OwnPresent') {
        $s[$list] = [Collections.Generic.List[string]]::new()
    }
    __ctx_publish
}

# Carries out `use`, `off`, `auto` and `reload`. Output: the text to evaluate if the caller is a pipeline, else the exit
# code.
function global:__ctx_command {
    [Diagnostics.DebuggerHidden()]
    param([string[]] $Words, $IsPipeline)
    $ErrorActionPreference = 'Stop'
    $s = $global:__ctx_state
    $errors = $global:Error.Clone()
    try {
        if ($null -ne $s.Journal -or $null -ne $s.Mark) { __ctx_recover }
        if ($Words[0] -cne 'use') {
            if ($IsPipeline) { return "__ctx_run $($Words[0])" }
            if ($Words[0] -ceq 'off') {
                __ctx_off
                return 0
            }
            if ($Words[0] -ceq 'auto') {
                $s.Manual = ''
                $s.Pin = $false
                $s.By = ''
                $s.Decided = $false
            }
            $null = __ctx_is_as_was
            __ctx_look 'yes' ($Words[0] -ceq 'auto') ($Words[0] -ceq 'reload')
            $s.Force = ''
            return [int] ($s.Refusal.Length -gt 0)
        }
        $pin = [Array]::IndexOf($Words, '--pin') -ge 0
        if ($pin) { $Words = @(foreach ($word in $Words) { if ($word -cne '--pin') { $word } }) }
        if ($Words.Length -eq 2 -and $Words[1] -ceq '-') {
            if (-not $s.Previous) {
                __ctx_error 'ctx: no profile was active before'
                if ($IsPipeline) { return "throw 'ctx: no profile was active before'" }
                return 1
            }
            $Words = @('use', $s.Previous)
        }
        if ($IsPipeline) { return __ctx_text $Words $pin }
        return __ctx_use $Words $pin
    }
    catch {
        $message = $_.Exception.GetBaseException().Message
        if ($IsPipeline) { return "throw 'ctx: nothing was changed'" }
        if (-not $message.StartsWith('ctx: ', [StringComparison]::Ordinal)) { $message = "ctx: $message" }
        __ctx_error $message
        return 1
    }
    finally {
        # As __ctx_restore_errors tests it, without what a call costs.
        $same = $global:Error.Count -eq $errors.Count
        if ($same -and $errors.Count -gt 0) { $same = [object]::ReferenceEquals($global:Error[0], $errors[0]) }
        if (-not $same) { __ctx_restore_errors $errors }
    }
}

# The directory's choice replaces a manual one made in it: the person has just said what should be here.
function global:__ctx_allowed {
    [Diagnostics.DebuggerHidden()]
    param($Words)
    $s = $global:__ctx_state
    for ($i = 1; $i -lt $Words.Length; $i++) { if (-not $Words[$i].StartsWith('-')) { return } }
    if ($s.First) { return }
    $s.By = ''
    $s.Decided = $false
    $s.At = ''
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
    $s = $global:__ctx_state
    if (-not $s.Ready) { __ctx_start }
    # `use` and a plain name, as it is mostly typed, need no more looking at.
    $mine = $args.Count -eq 2 -and [object]::Equals($args[0], 'use') -and $args[1] -is [string] -and
        $s.ProfilePattern.IsMatch($args[1])
    if ($mine) { $words = [string[]] $args }
    else {
        $words = __ctx_words $args $MyInvocation
        $verb = ''
        if ($words.Length -gt 0) { $verb = $words[0] }
        $mine = $verb -ceq 'use' -or ($words.Length -eq 1 -and $verb -cmatch '^(off|auto|reload)\z')
        foreach ($word in $words) {
            if ($word -cmatch '^(-h|--help|--json|--shell(=.*)?)\z') { $mine = $false }
        }
    }
    if (-not $mine) {
        if ($MyInvocation.ExpectingInput) { $input | __ctx_program $words $true } else { __ctx_program $words $false }
        if ($verb -ceq 'allow' -and $global:LASTEXITCODE -eq 0) { __ctx_allowed $words }
    }
    elseif ($MyInvocation.PipelinePosition -lt $MyInvocation.PipelineLength) { __ctx_command $words $true }
    else { $global:LASTEXITCODE = __ctx_command $words $false }
    if ($MyInvocation.PipelinePosition -eq $MyInvocation.PipelineLength -and $global:LASTEXITCODE -ne 0) {
        if ($null -eq $s.Failure) { __ctx_find_failure }
        $path = $s.Failure
        $at = $ExecutionContext
        for ($i = 0; $i -lt $path.Count - 1; $i++) { $at = $path[$i].GetValue($at) }
        if ($path.Count -gt 0) { $path[$i].SetValue($at, $true) }
    }
}

if (-not $global:__ctx_state.Ready) {
    if ($null -ne $env:CTX_PROFILE -or $null -ne $env:__CTX_BY -or $null -ne $env:__CTX_PIN) { __ctx_start }
}
__ctx_install_prompt
__ctx_install_moves
