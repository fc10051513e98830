#Requires -Version 5.1
<#
.SYNOPSIS
Writes what the Diagnostic Data Viewer of this device shows to one file, for inzage.

.DESCRIPTION
Every event becomes one line of JSON (UTF-8), with its categories. Nothing is sent anywhere. The file holds personal
data: hand it over through the desk, never by mail, and delete it afterwards.

Viewing must have been switched on before: what happened earlier is not there. Windows keeps at most 30 days or 1 GB.
Windows shows these data to an administrator only, so run this from an elevated PowerShell, or as a platform script in
Intune with "run this script using the logged-on credentials" set to No. On a device that several people use the file
holds events of all of them; inzage sets aside those of others.

.PARAMETER Out
The file to write. It must not exist yet.

.PARAMETER Days
How many days back, 1 to 30.

.PARAMETER Enable
Switches viewing on, and stops. Come back after some days of normal work.

.EXAMPLE
.\collect-dataviewer.ps1 -Enable

.EXAMPLE
.\collect-dataviewer.ps1 -Out C:\Temp\dataviewer.jsonl
#>
[CmdletBinding(DefaultParameterSetName = 'Collect')]
param(
    [Parameter(Mandatory, ParameterSetName = 'Collect')] [string] $Out,
    [Parameter(ParameterSetName = 'Collect')] [ValidateRange(1, 30)] [int] $Days = 30,
    [Parameter(Mandatory, ParameterSetName = 'Enable')] [switch] $Enable
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$module = 'Microsoft.DiagnosticDataViewer'
if (-not (Get-Module -ListAvailable -Name $module)) {
    throw "The module $module is not installed. Install it once: Install-Module $module -Scope CurrentUser"
}
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$elevated = ([Security.Principal.WindowsPrincipal] $identity).IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
if (-not $elevated) {
    throw 'Windows shows these data to an administrator only. Start PowerShell with "Run as administrator" and try again.'
}
Import-Module $module

if ($Enable) {
    Enable-DiagnosticDataViewing
    Write-Output 'Viewing is on. What happens from now on is kept on this device, for 30 days or 1 GB at most.'
    return
}

# A private file that did not exist: nobody's file is overwritten.
$path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Out)
$stream = [IO.File]::Open($path, [IO.FileMode]::CreateNew, [IO.FileAccess]::Write, [IO.FileShare]::None)
$writer = New-Object IO.StreamWriter($stream, (New-Object Text.UTF8Encoding($false)))

# One hour at a time: a month at once does not fit in memory.
$end = Get-Date
$start = $end.AddDays(-$Days)
$total = $end - $start
$count = 0
try {
    for ($from = $start; $from -lt $end; $from = $to) {
        $to = $from.AddHours(1)
        if ($to -gt $end) { $to = $end }
        Write-Progress -Activity 'Reading diagnostic data' -Status "$count events" `
            -PercentComplete (100 * ($from - $start).Ticks / $total.Ticks)
        foreach ($record in (Get-DiagnosticData -StartTime $from -EndTime $to)) {
            $line = [ordered]@{}
            foreach ($property in $record.PSObject.Properties) {
                # The time with its zone; all else as the module gives it, the
                # categories as their numbers. Names differ per version of the module.
                $line[$property.Name] = if ($property.Value -is [DateTime]) { $property.Value.ToString('o') } else { $property.Value }
            }
            $writer.WriteLine((ConvertTo-Json -InputObject $line -Compress -Depth 5))
            $count++
        }
    }
}
finally {
    $writer.Dispose()
    Write-Progress -Activity 'Reading diagnostic data' -Completed
}

Write-Output ('{0} events, {1} bytes, SHA-256 {2}' -f $count, (Get-Item -LiteralPath $path).Length,
    (Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash.ToLowerInvariant())
if ($count -eq 0) {
    Write-Warning 'There were no events. Was viewing switched on? Use -Enable, and come back after some days.'
}
