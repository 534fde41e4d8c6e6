# Installs ctx from this checkout for the user who runs it on Windows, or takes it away again.
#
#   .\install.ps1 [-Yes] [-NoModifyProfile] [-Cmd NAME] [-Python PATH]
#   .\install.ps1 -Uninstall [-Purge] [-Yes]
#
# On Linux and macOS use install.sh. Written for what both Windows PowerShell 5.1 and PowerShell 7 parse.
# Exit codes: 0 done; 1 failed, and everything is as it was; 2 wrong parameter; 3 done in part: the profile script was
# left as it is because nobody could be asked (then: -Yes) or because it cannot be edited, which is said.
param(
    [switch]$Yes,
    [switch]$NoModifyProfile,
    [string]$Cmd = '',
    [string]$Python = '',
    [switch]$Uninstall,
    [switch]$Purge,
    [switch]$Help
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Begin = '# >>> ctx >>>'
$End = '# <<< ctx <<<'
$Sign = 'ctx, started by the Python of its own environment. Written by install.ps1.'
$Latin1 = [Text.Encoding]::GetEncoding(28591) # one character for every byte: files keep theirs
$OnWindows = [IO.Path]::DirectorySeparatorChar -eq '\'

# --- Messages ---------------------------------------------------------------------------------------------------------

function Write-Problem([string]$Text) { [Console]::Error.WriteLine("install.ps1: $Text") }

function Stop-Wrong([string]$Text) {
    Write-Problem $Text
    [Console]::Error.WriteLine('  .\install.ps1 -Help lists the parameters')
    exit 2
}

function Show-Help {
    @'
.\install.ps1 [parameters]

Installs ctx from this checkout into a virtual environment of its own, puts the command on your PATH, writes the hook
file, and makes your PowerShell profile script load it. It says which lines it would add, and asks first.

  -Yes               do not ask
  -NoModifyProfile   leave the profile script and PATH alone, and print the lines instead
  -Cmd NAME          call the command NAME, where another ctx is in the way
  -Python PATH       use this Python (3.11 or later)
  -Uninstall         take ctx away; profiles, trust and secrets stay
  -Purge             with -Uninstall: delete profiles and trust records too
  -Help              this page

Running it again upgrades; profiles and trust stay as they are. It sets up the PowerShell that runs it: where you use
Windows PowerShell and PowerShell 7, run it in both.

Exit codes: 0 done; 1 failed, and everything is as it was; 2 wrong parameter; 3 done in part, which is said.
'@
}

function Get-Distance([string]$A, [string]$B) {
    $row = @(0..$B.Length)
    for ($i = 1; $i -le $A.Length; $i++) {
        $last = $row[0]
        $row[0] = $i
        for ($j = 1; $j -le $B.Length; $j++) {
            $old = $row[$j]
            $change = 1
            if ($A[$i - 1] -eq $B[$j - 1]) { $change = 0 }
            $row[$j] = [Math]::Min([Math]::Min($row[$j], $row[$j - 1]) + 1, $last + $change)
            $last = $old
        }
    }
    return $row[$B.Length]
}

function Stop-Unknown([string]$Word) {
    $names = '-Yes', '-NoModifyProfile', '-Cmd', '-Python', '-Uninstall', '-Purge', '-Help'
    $near = ''
    $best = 4
    foreach ($name in $names) {
        $distance = Get-Distance $Word.ToLowerInvariant() $name.ToLowerInvariant()
        if ($distance -lt $best) { $near = "; did you mean ${name}?"; $best = $distance }
    }
    Stop-Wrong "there is no parameter '$Word'$near"
}

if ($Help) { Show-Help; exit 0 }
if ($args.Count) { Stop-Unknown ([string]$args[0]) }
if ($Purge -and -not $Uninstall) { Stop-Wrong '-Purge goes with -Uninstall' }
if ($Cmd -and $Cmd -notmatch '\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z') {
    Stop-Wrong "'$Cmd' cannot be a command's name: letters, digits, . _ -"
}

# --- Places -----------------------------------------------------------------------------------------------------------

# The folder a variable names, if that is an absolute path, else one below the user's home.
function Get-Folder([string]$Variable, [string]$Default) {
    $given = [Environment]::GetEnvironmentVariable($Variable)
    if ($given -and [IO.Path]::IsPathRooted($given)) { return $given }
    return [IO.Path]::Combine($UserHome, $Default)
}

$UserHome = [Environment]::GetEnvironmentVariable('HOME')
if ($OnWindows) { $UserHome = [Environment]::GetEnvironmentVariable('USERPROFILE') }
if (-not $UserHome -or -not [IO.Directory]::Exists($UserHome)) {
    Write-Problem 'the home directory is not set, or does not exist'
    exit 1
}
if ($OnWindows) {
    $local = Get-Folder 'LOCALAPPDATA' 'AppData\Local'
    $Config = [IO.Path]::Combine((Get-Folder 'APPDATA' 'AppData\Roaming'), 'ctx')
    $Data = [IO.Path]::Combine($local, 'ctx', 'data')
    $Cache = [IO.Path]::Combine($local, 'ctx', 'cache')
    $Program = [IO.Path]::Combine($local, 'ctx-program')
    $PythonInside = 'Scripts\python.exe'
} else {
    $Config = [IO.Path]::Combine((Get-Folder 'XDG_CONFIG_HOME' '.config'), 'ctx')
    $share = Get-Folder 'XDG_DATA_HOME' '.local/share'
    $Data = [IO.Path]::Combine($share, 'ctx')
    $Cache = [IO.Path]::Combine((Get-Folder 'XDG_CACHE_HOME' '.cache'), 'ctx')
    $Program = [IO.Path]::Combine($share, 'ctx-program')
    $PythonInside = 'bin/python'
}
if ($env:CTX_CONFIG) { $Config = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($env:CTX_CONFIG) }
$Bin = [IO.Path]::Combine($Program, 'bin')
$Venv = [IO.Path]::Combine($Program, 'venv')
$HookFile = [IO.Path]::Combine($Data, 'hook.ps1')
$ProfilesFile = [IO.Path]::Combine($Config, 'profiles.toml')
$SchemaFiles = @('profiles', 'project' | ForEach-Object { [IO.Path]::Combine($Config, "$_.schema.json") })
$Record = [IO.Path]::Combine($Program, 'record')
$ProfileScript = [string]$PROFILE

$Earlier = @{ command = 'ctx' }
$EarlierScripts = @()
if ([IO.File]::Exists($Record)) {
    foreach ($line in [IO.File]::ReadAllLines($Record)) {
        $key, $value = $line -split '=', 2
        if ($key -eq 'startup') { $EarlierScripts += $value } else { $Earlier[$key] = $value }
    }
}
if (-not $Cmd) { $Cmd = $Earlier['command'] }

# --- Files, and the way back ------------------------------------------------------------------------------------------

$Kept = New-Object System.Collections.Specialized.OrderedDictionary
$OldVenv = ''
$Swapped = $false

function Save-Old([string]$Path) {
    if ($Kept.Contains($Path)) { return }
    $bytes = $null
    if ([IO.File]::Exists($Path)) { $bytes = [IO.File]::ReadAllBytes($Path) }
    $Kept.Add($Path, $bytes)
}

# A link's target is what gets written; only PowerShell 7's .NET can say which that is.
function Get-Real([string]$Path) {
    $item = New-Object IO.FileInfo $Path
    if ($item.Exists -and $item.PSObject.Methods['ResolveLinkTarget']) {
        $target = $item.ResolveLinkTarget($true)
        if ($null -ne $target) { return $target.FullName }
    }
    return $Path
}

function Write-Bytes([string]$Path, [byte[]]$Bytes) {
    Save-Old $Path
    [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
    $new = "$Path.ctx-new"
    try {
        [IO.File]::WriteAllBytes($new, $Bytes)
        if ([IO.File]::Exists($Path)) { [IO.File]::Replace($new, $Path, [NullString]::Value) }
        else { [IO.File]::Move($new, $Path) }
    } catch {
        [IO.File]::Delete($new)
        throw "$Path cannot be written: $($_.Exception.GetBaseException().Message)"
    }
}

function Write-Text([string]$Path, [string]$Text, [bool]$Mark) {
    $encoding = New-Object Text.UTF8Encoding $Mark
    Write-Bytes $Path ([byte[]]($encoding.GetPreamble() + $encoding.GetBytes($Text)))
}

# Windows gives what lies in a user's folders to that user alone; elsewhere the mode says so.
function Set-Private([string]$Path, [string]$Mode) {
    if (-not $OnWindows) { & chmod $Mode $Path }
}

function Remove-Tree([string]$Path) {
    if ([IO.Directory]::Exists($Path)) { [IO.Directory]::Delete($Path, $true) }
}

function Remove-Empty([string]$Path) {
    if ([IO.Directory]::Exists($Path) -and -not [IO.Directory]::GetFileSystemEntries($Path).Length) {
        [IO.Directory]::Delete($Path)
    }
}

function Undo-Everything {
    foreach ($path in @($Kept.Keys)) {
        if ($null -eq $Kept[$path]) {
            if ([IO.File]::Exists($path)) { [IO.File]::Delete($path) }
        } else {
            [IO.File]::WriteAllBytes($path, $Kept[$path])
        }
    }
    Remove-Tree "$Venv.new"
    if ($Swapped) { Remove-Tree $Venv }
    if ($OldVenv) { [IO.Directory]::Move($OldVenv, $Venv) }
    foreach ($path in $Bin, $Program, $Data, $Cache) { Remove-Empty $path }
}

# --- Programs ---------------------------------------------------------------------------------------------------------

# One argument as the C runtime of Windows reads it back, which .NET elsewhere follows.
function Format-Argument([string]$Text) {
    return '"' + ([regex]::Replace([regex]::Replace($Text, '(\\*)"', '$1$1\"'), '(\\+)$', '$1$1')) + '"'
}

# Exit code, standard output and standard error; nothing of it goes through PowerShell's own streams.
function Invoke-Program([string]$File, [string[]]$Words, [string]$Folder) {
    $start = New-Object Diagnostics.ProcessStartInfo
    $start.FileName = $File
    $start.Arguments = (@($Words | ForEach-Object { Format-Argument $_ }) -join ' ')
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = New-Object Text.UTF8Encoding $false
    $start.StandardErrorEncoding = $start.StandardOutputEncoding
    if ($Folder) { $start.WorkingDirectory = $Folder }
    foreach ($name in 'PYTHONHOME', 'PYTHONPATH', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_USER') {
        if ($start.EnvironmentVariables.ContainsKey($name)) { $start.EnvironmentVariables.Remove($name) }
    }
    try { $process = [Diagnostics.Process]::Start($start) } catch { return @{ Code = 127; Out = ''; Err = $_.Exception.Message } }
    $process.StandardInput.Close()
    $reading = $process.StandardError.ReadToEndAsync()
    $out = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    return @{ Code = $process.ExitCode; Out = $out; Err = $reading.Result }
}

function Get-Interpreter([string]$File, [string[]]$Before) {
    $code = "import os, sys; sys.version_info >= (3, 11) or sys.exit('%d.%d' % sys.version_info[:2]); " +
        "print(os.path.abspath(getattr(sys, '_base_executable', '') or sys.executable))"
    $done = Invoke-Program $File (@($Before) + @('-X', 'utf8', '-I', '-c', $code)) ''
    if ($done.Code -eq 0) { return $done.Out.Trim() }
    return ''
}

function Find-Python {
    if ($Python) {
        $found = Get-Interpreter $Python @()
        if (-not $found) { throw "-Python: $Python is not a Python 3.11 or later" }
        return $found
    }
    if ($OnWindows) {
        foreach ($version in '3.14', '3.13', '3.12', '3.11') {
            $found = Get-Interpreter 'py' @("-$version")
            if ($found) { return $found }
        }
    }
    foreach ($name in 'python3', 'python') {
        $found = Get-Interpreter $name @()
        if ($found) { return $found }
    }
    throw "ctx needs Python 3.11 or later, and there is none on PATH.`n  winget install Python.Python.3.13`n  or say where one is: .\install.ps1 -Python PATH"
}

function Assert-Done($Done, [string]$What) {
    if ($Done.Code -eq 0) { return }
    $tail = @(($Done.Out + $Done.Err) -split '\r?\n' | Where-Object { $_ } | Select-Object -Last 15) -join "`n    "
    throw "${What}:`n    $tail"
}

function Invoke-Ctx([string[]]$Words) {
    $done = Invoke-Program $VenvPython (@('-I', '-S', $Main) + $Words) ''
    Assert-Done $done 'the new ctx does not work'
    return $done.Out
}

# --- The profile script -----------------------------------------------------------------------------------------------

# A string as PowerShell source in ASCII: Windows PowerShell reads scripts in the code page of the machine.
function Format-Literal([string]$Text) {
    $pieces = @("''")
    foreach ($run in [regex]::Matches($Text, '[\x20-\x7e]+|[^\x20-\x7e]')) {
        if ($run.Value -match '\A[\x20-\x7e]') { $pieces += "'" + $run.Value.Replace("'", "''") + "'" }
        else { $pieces += '[char]0x{0:X4}' -f [int][char]$run.Value }
    }
    # A first piece that is a string makes every + join text.
    if ($pieces.Count -gt 1 -and $pieces[1].StartsWith("'")) { $pieces = @($pieces | Select-Object -Skip 1) }
    if ($pieces.Count -eq 1) { return $pieces[0] }
    return '(' + ($pieces -join '+') + ')'
}

function Get-Block([string]$Break) {
    $hook = Format-Literal $HookFile
    $lines = @(
        $Begin
        "# Written by ctx's install.ps1. Its parameter -Uninstall takes these lines out again."
        "if ([IO.File]::Exists($hook)) { . $hook }"
        $End
        ''
    )
    return $lines -join $Break
}

# Where ctx's lines are: Start and Length; $null if they are not there. One marker alone is an error.
function Find-Block([string]$Text) {
    $begins = [regex]::Matches($Text, '(?m)^[ \t]*' + [regex]::Escape($Begin) + '[ \t\r]*$')
    $ends = [regex]::Matches($Text, '(?m)^[ \t]*' + [regex]::Escape($End) + '[ \t\r]*$')
    if ($begins.Count -eq 0 -and $ends.Count -eq 0) { return $null }
    if ($begins.Count -ne 1 -or $ends.Count -ne 1 -or $begins[0].Index -gt $ends[0].Index) {
        throw "has one of ctx's two marker lines without the other, or several; put that right by hand first"
    }
    $stop = $ends[0].Index + $ends[0].Length
    if ($stop -lt $Text.Length) { $stop++ }
    return @{ Start = $begins[0].Index; Length = $stop - $begins[0].Index }
}

# The script's text, one character a byte; $null where there is no file.
function Read-Script([string]$Path) {
    if ([IO.Directory]::Exists($Path)) { throw 'is a directory' }
    if (-not [IO.File]::Exists($Path)) { return $null }
    $text = $Latin1.GetString([IO.File]::ReadAllBytes($Path))
    if ($text.Contains([string][char]0) -or $text.StartsWith([string][char]0xFF + [char]0xFE)) {
        throw 'is UTF-16: save it as UTF-8 first'
    }
    return $text
}

# The line break before the lines is ours: the last line above may have had none. Only a file that did not exist
# begins with them. So Remove-Block can give back what was there.
function Add-Block($Text) {
    $break = "`n"
    if ($null -eq $Text) {
        if ($OnWindows) { $break = "`r`n" }
        return Get-Block $break
    }
    $place = Find-Block $Text
    $like = $Text
    if ($null -ne $place) { $like = $Text.Substring($place.Start, $place.Length) }
    if ($like.Contains("`r`n")) { $break = "`r`n" }
    $block = Get-Block $break
    if ($null -eq $place) { return $Text + $break + $block }
    return $Text.Substring(0, $place.Start) + $block + $Text.Substring($place.Start + $place.Length)
}

function Remove-Block([string]$Text) {
    $place = Find-Block $Text
    if ($null -eq $place) { return $Text }
    $before = $Text.Substring(0, $place.Start)
    $after = $Text.Substring($place.Start + $place.Length)
    if (-not $before -and -not $after) { return $null }
    $bare = $before
    if ($Text.Substring($place.Start, $place.Length).Contains("`r`n") -and $before.EndsWith("`r`n")) {
        $bare = $before.Substring(0, $before.Length - 2)
    } elseif ($before.EndsWith("`n")) {
        $bare = $before.Substring(0, $before.Length - 1)
    }
    if (-not $after -or -not $bare -or $bare.EndsWith("`n")) { $before = $bare }
    return $before + $after
}

# --- PATH of the user (Windows) ---------------------------------------------------------------------------------------

# Through the registry: [Environment] would write %VARIABLES% in it expanded.
function Edit-UserPath([bool]$Add) {
    if (-not $OnWindows) { return }
    $key = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Environment')
    try {
        $old = [string]$key.GetValue('Path', '', [Microsoft.Win32.RegistryValueOptions]::DoNotExpandEnvironmentNames)
        $parts = @($old -split ';' | Where-Object { $_ -and $_.TrimEnd('\') -ne $Bin })
        if ($Add) { $parts = @($Bin) + $parts }
        $new = $parts -join ';'
        if ($new -eq $old) { return }
        $key.SetValue('Path', $new, [Microsoft.Win32.RegistryValueKind]::ExpandString)
    } finally { $key.Close() }
    # Changing any variable this way tells running programs to read them again.
    [Environment]::SetEnvironmentVariable('CTX_INSTALL', '1', 'User')
    [Environment]::SetEnvironmentVariable('CTX_INSTALL', $null, 'User')
}

function Test-OnPath {
    return @(([string]$env:PATH -split [IO.Path]::PathSeparator) | Where-Object { $_.TrimEnd('\', '/') -eq $Bin }).Count -gt 0
}

# --- Asking -----------------------------------------------------------------------------------------------------------

function Test-CanAsk { return -not [Console]::IsInputRedirected -and -not [Console]::IsOutputRedirected }

function Confirm-It([string]$Question, [bool]$Default) {
    $answer = ([string](Read-Host $Question)).Trim()
    if (-not $answer) { return $Default }
    return $answer -match '\A(y|yes)\z'
}

function Show-InTheWay {
    foreach ($other in @(Get-Command -Name $Cmd -All -ErrorAction Ignore)) {
        $what = [string]$other.CommandType
        if ($what -eq 'Application' -or $what -eq 'ExternalScript') {
            if ([IO.Path]::GetDirectoryName([string]$other.Source) -eq $Bin) { continue }
            Write-Problem "$($other.Source) is another program called $Cmd"
        } elseif (Test-Path Function:__ctx_apply) {
            continue # this session has ctx's own function
        } else {
            Write-Problem "this session has $($what.ToLowerInvariant()) $Cmd, which hides the command"
        }
        [Console]::Error.WriteLine('  Take it out of your profile script, or run this again with -Cmd NAME.')
    }
    if ([IO.File]::Exists($ProfileScript)) {
        $number = 0
        foreach ($line in [IO.File]::ReadAllLines($ProfileScript)) {
            $number++
            if ($line -match '^[^#]*\bctx\b["'']?\s+init\b') {
                Write-Problem "${ProfileScript}:$number loads a ctx hook already, by starting a process"
                [Console]::Error.WriteLine('  Take that line out: the hook file replaces it.')
            }
        }
    }
}

# --- Installing -------------------------------------------------------------------------------------------------------

function Install-Environment([string]$Base, [string]$Checkout) {
    $new = "$Venv.new"
    Remove-Tree $new
    [void][IO.Directory]::CreateDirectory($Program)
    Assert-Done (Invoke-Program $Base @('-I', '-m', 'venv', $new) '') "$Base could not make a virtual environment"
    $inside = [IO.Path]::Combine($new, $PythonInside)
    # `.`: a path would be read as a requirement, brackets and all.
    $words = '-I', '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--no-compile', '--no-warn-script-location', '.'
    Assert-Done (Invoke-Program $inside $words $Checkout) 'pip could not install ctx'
    if ([IO.Directory]::Exists($Venv)) {
        Remove-Tree "$Venv.old"
        [IO.Directory]::Move($Venv, "$Venv.old")
        $script:OldVenv = "$Venv.old"
    }
    [IO.Directory]::Move($new, $Venv)
    $script:Swapped = $true
    $code = "import ctx, os; print(os.path.join(os.path.dirname(ctx.__file__), '__main__.py'))"
    $done = Invoke-Program $VenvPython @('-X', 'utf8', '-I', '-c', $code) ''
    Assert-Done $done 'the new environment does not work'
    $script:Main = $done.Out.Trim()
    # Compiled now, ctx starts as fast from a folder that nobody may write.
    $site = [IO.Path]::GetDirectoryName([IO.Path]::GetDirectoryName($Main))
    $skip = 'site-packages.(pip|setuptools|pkg_resources|_distutils_hack).'
    [void](Invoke-Program $VenvPython @('-I', '-m', 'compileall', '-q', '-x', $skip, $site) '')
}

# Launchers find the environment from where they lie: a path in them would depend on the code page.
function Write-Launchers {
    $python = '..{0}venv{0}{1}' -f [IO.Path]::DirectorySeparatorChar, $PythonInside
    $script = '..' + $Main.Substring($Program.Length)
    Write-Text ([IO.Path]::Combine($Bin, "$Cmd.cmd")) "@rem $Sign`r`n@`"%~dp0$python`" -I -S `"%~dp0$script`" %*`r`n" $false
    $call = '& "$PSScriptRoot/{0}" -I -S "$PSScriptRoot/{1}" @args' -f $python, $script
    Write-Text ([IO.Path]::Combine($Bin, "$Cmd.ps1")) (
        "# $Sign`n" + "if (`$MyInvocation.ExpectingInput) { `$input | $call } else { $call }`n" + "exit `$LASTEXITCODE`n"
    ) $false
}

function Install-Ctx {
    $checkout = $PSScriptRoot
    if (-not [IO.File]::Exists([IO.Path]::Combine($checkout, 'pyproject.toml'))) {
        throw "$checkout is not a checkout of ctx: run the install.ps1 of a whole one"
    }
    $base = Find-Python
    Show-InTheWay
    $wanted = $false
    $leftAlone = $false
    $real = Get-Real $ProfileScript
    try {
        $text = Read-Script $real
        $wanted = (Add-Block $text) -cne $text
    } catch {
        Write-Problem "$ProfileScript $($_.Exception.Message): it is left as it is"
        $leftAlone = $true
    }

    "ctx goes to    $Program"
    "hook file      $HookFile"
    if ([IO.File]::Exists($ProfilesFile)) { "your profiles  $ProfilesFile (kept as they are)" }
    else { "your profiles  $ProfilesFile (from the example)" }
    if ($wanted) {
        ''
        if ($NoModifyProfile) { "Put into ${ProfileScript}:" } else { "$ProfileScript gets at its end:" }
        (Get-Block "`n").TrimEnd() -split "`n" | ForEach-Object { "    $_" }
    }
    ''
    $consent = $false
    $refused = $false
    $addPath = $false
    if (-not $NoModifyProfile) {
        if ($Yes) { $consent = $wanted; $addPath = $true }
        elseif (-not (Test-CanAsk)) { $refused = $wanted }
        else {
            if ($wanted) { $consent = Confirm-It 'Add these lines? [Y/n]' $true }
            if (-not (Test-OnPath)) { $addPath = Confirm-It "$Bin is not on PATH. Put it there, for you alone? [Y/n]" $true }
        }
    }

    'Installing ...'
    $script:VenvPython = [IO.Path]::Combine($Venv, $PythonInside)
    Install-Environment $base $checkout
    $version = (Invoke-Ctx @('--version')).Trim()
    foreach ($folder in $Data, $Config, $Cache) {
        if (-not [IO.Directory]::Exists($folder)) {
            [void][IO.Directory]::CreateDirectory($folder)
            Set-Private $folder '700'
        }
    }
    # With the byte order mark Windows PowerShell reads it as what it is.
    Write-Text $HookFile (Invoke-Ctx @('init', 'pwsh', '--cmd', $Cmd)) $true
    Write-Text $SchemaFiles[0] (Invoke-Ctx @('example', '--schema', 'profiles')) $false
    Write-Text $SchemaFiles[1] (Invoke-Ctx @('example', '--schema', 'project')) $false
    if (-not [IO.File]::Exists($ProfilesFile)) { Write-Text $ProfilesFile (Invoke-Ctx @('example')) $false }
    foreach ($file in @($HookFile, $ProfilesFile) + $SchemaFiles) { Set-Private $file '600' }
    Write-Launchers
    if ($consent) { Write-Bytes $real ($Latin1.GetBytes((Add-Block $text))) }
    $scripts = @(@($EarlierScripts) + @($ProfileScript) | Select-Object -Unique)
    Write-Text $Record ("way=venv`ncommand=$Cmd`n" + (($scripts | ForEach-Object { "startup=$_`n" }) -join '')) $false
    if ($addPath) { Edit-UserPath $true }

    $Kept.Clear()
    $script:Swapped = $false
    if ($OldVenv) { Remove-Tree $OldVenv; $script:OldVenv = '' }
    if ($Earlier['command'] -ne $Cmd) { Remove-Launchers $Earlier['command'] }

    "$version is installed."
    if (-not (Test-OnPath) -and -not ($addPath -and $OnWindows)) {
        "$Bin is not on PATH: the hook does without, scripts do not. For them, add it to PATH."
    }
    if ($OnWindows -and @('Restricted', 'AllSigned', 'Undefined') -contains [string](Get-ExecutionPolicy)) {
        Write-Problem 'PowerShell may not run your profile script yet:'
        [Console]::Error.WriteLine('  Set-ExecutionPolicy -Scope CurrentUser RemoteSigned')
    }
    if ($refused) {
        Write-Problem 'the profile script is as it was: nobody can be asked here. To change it: .\install.ps1 -Yes'
    }
    ''
    'In this PowerShell, type:'
    "  . $(Format-Literal $HookFile); $Cmd list"
    if (($refused -or $leftAlone) -and -not $NoModifyProfile) { $script:Code = 3 }
}

# --- Uninstalling -----------------------------------------------------------------------------------------------------

function Remove-Launchers([string]$Name) {
    foreach ($ending in '.cmd', '.ps1') {
        $file = [IO.Path]::Combine($Bin, $Name + $ending)
        if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) }
    }
}

# What ctx knows of the settings files of Claude Code that it wrote into; $Action is listed or undo.
function Invoke-Traces([string]$Action) {
    $code = "import sys; sys.path.insert(0, sys.argv[1]); from ctx.claude import traces; " +
        "print('\n'.join(getattr(traces, sys.argv[2])(sys.argv[3])))"
    $source = [IO.Path]::Combine($PSScriptRoot, 'src')
    $done = Invoke-Program (Find-Python) @('-X', 'utf8', '-B', '-I', '-S', '-c', $code, $source, $Action, $Data) ''
    if ($done.Code -ne 0) { throw @($done.Err -split '\r?\n' | Where-Object { $_ })[-1] }
    return @($done.Out -split '\r?\n' | Where-Object { $_ })
}

# What lies outside of ctx's own folders and calls ctx: without it Claude Code would find no key there.
function Undo-Traces {
    $file = [IO.Path]::Combine($Data, 'claude-settings.json')
    if (-not [IO.File]::Exists($file)) { return }
    try {
        $lines = @(Invoke-Traces 'listed')
        if (-not $lines.Count) { return }
        'ctx wrote these settings of Claude Code, which do not work without it:'
        $lines | ForEach-Object { "    $_" }
        $undo = [bool]$Yes
        if (-not $Yes -and (Test-CanAsk)) { $undo = Confirm-It 'Take them out? [Y/n]' $true }
        if ($undo) {
            Invoke-Traces 'undo'
        } else {
            Write-Problem 'they stay. To take them out: .\install.ps1 -Uninstall -Yes'
            if (-not (Test-CanAsk)) { $script:Code = 3 }
        }
    } catch {
        Write-Problem "what ctx wrote into settings files of Claude Code is left: $($_.Exception.Message)"
        [Console]::Error.WriteLine("  $file names it")
        $script:Code = 3
    }
}

function Remove-Shim {
    $shim = [IO.Path]::Combine($Data, 'shims', 'claude')
    if (-not [IO.File]::Exists($shim)) { return }
    if (@([IO.File]::ReadAllLines($shim) | Select-Object -First 2)[-1] -notmatch '\A# ctx: ') { return }
    [IO.File]::Delete($shim)
    Remove-Empty ([IO.Path]::GetDirectoryName($shim))
    "$shim is removed: the line that puts its folder on PATH may go too"
}

function Uninstall-Ctx {
    $purging = [bool]$Purge
    if ($Purge -and -not $Yes) {
        if (-not (Test-CanAsk)) {
            Write-Problem "-Purge deletes $ProfilesFile, and nobody can be asked here: say -Yes. Nothing was done"
            $script:Code = 3
            return
        }
        $purging = Confirm-It "Delete $ProfilesFile and everything in $Data too? [y/N]" $false
    }
    Undo-Traces
    Remove-Shim
    foreach ($file in @(@($EarlierScripts) + @($ProfileScript) | Select-Object -Unique)) {
        $real = Get-Real $file
        try {
            $text = Read-Script $real
            if ($null -eq $text -or $null -eq (Find-Block $text)) { continue }
            $new = Remove-Block $text
        } catch {
            Write-Problem "$file $($_.Exception.Message): it is left as it is"
            $script:Code = 3
            continue
        }
        if ($null -eq $new) { [IO.File]::Delete($real) } else { Write-Bytes $real ($Latin1.GetBytes($new)) }
        "$file is as it was before ctx"
    }
    $Kept.Clear()
    Edit-UserPath $false
    foreach ($path in $Bin, $Venv, "$Venv.new", "$Venv.old", $Cache) { Remove-Tree $path }
    foreach ($file in @($Record, $HookFile) + $SchemaFiles) { if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) } }
    if ($purging) {
        if ([IO.File]::Exists($ProfilesFile)) { [IO.File]::Delete($ProfilesFile) }
        Remove-Tree $Data
    }
    foreach ($path in $Program, $Data, $Config) { Remove-Empty $path }
    if ($OnWindows) { Remove-Empty ([IO.Path]::GetDirectoryName($Data)) }
    'ctx is uninstalled.'
    foreach ($path in $Config, $Data) { if ([IO.Directory]::Exists($path)) { "Left: $path" } }
    if ($purging) { 'Secrets that you stored in the Windows Credential Manager are still there, under the names ctx:NAME.' }
}

# --- Main -------------------------------------------------------------------------------------------------------------

$Code = 0
$Main = ''
$VenvPython = ''
try {
    if ($Uninstall) { Uninstall-Ctx } else { Install-Ctx }
} catch {
    Write-Problem $_.Exception.Message
    if (-not $Uninstall) { Undo-Everything }
    exit 1
}
exit $Code
