const rows = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((row) => row.split('|'))

export type Task = { name: string; command: string; args: string; handler: string; user: string }

// task|command or class id|arguments|user
export const TASKS: Task[] = rows(String.raw`
\Microsoft\Windows\.NET Framework\.NET Framework NGEN v4.0.30319|{84F0FAE1-C27B-4F6F-807B-28CF6F96287D}||S-1-5-18
\Microsoft\Windows\AppID\PolicyConverter|%windir%\system32\appidpolicyconverter.exe||S-1-5-18
\Microsoft\Windows\AppID\VerifiedPublisherCertStoreCheck|%windir%\system32\appidcertstorecheck.exe||S-1-5-18
\Microsoft\Windows\Application Experience\Microsoft Compatibility Appraiser|%windir%\system32\compattelrunner.exe||S-1-5-18
\Microsoft\Windows\Application Experience\ProgramDataUpdater|%windir%\system32\compattelrunner.exe|-maintenance|S-1-5-18
\Microsoft\Windows\ApplicationData\CleanupTemporaryState|%windir%\system32\rundll32.exe|Windows.Storage.ApplicationData.dll,CleanupTemporaryState|S-1-5-18
\Microsoft\Windows\ApplicationData\DsSvcCleanup|%windir%\system32\dstokenclean.exe||S-1-5-18
\Microsoft\Windows\Autochk\Proxy|%windir%\system32\rundll32.exe|/d acproxy.dll,PerformAutochkOperations|S-1-5-18
\Microsoft\Windows\BitLocker\BitLocker Encrypt All Drives|{61BCD1B9-340C-40EC-9D41-D7F1C0632F05}||S-1-5-18
\Microsoft\Windows\Bluetooth\UninstallDeviceTask|BthUdTask.exe|$(Arg0)|S-1-5-18
\Microsoft\Windows\CertificateServicesClient\SystemTask|{58FB76B9-AC85-4E55-AC04-427593B1D060}||S-1-5-18
\Microsoft\Windows\CertificateServicesClient\UserTask|{58FB76B9-AC85-4E55-AC04-427593B1D060}||S-1-5-32-545
\Microsoft\Windows\Chkdsk\ProactiveScan|{CF4270F5-2E43-4468-83B3-A8C45BB33EA1}||S-1-5-18
\Microsoft\Windows\Customer Experience Improvement Program\Consolidator|%SystemRoot%\System32\wsqmcons.exe||S-1-5-18
\Microsoft\Windows\Data Integrity Scan\Data Integrity Scan|{DCFD3EA8-D960-4719-8206-490AE315F94F}||S-1-5-18
\Microsoft\Windows\Defrag\ScheduledDefrag|%windir%\system32\defrag.exe|-c -h -o -$|S-1-5-18
\Microsoft\Windows\Device Information\Device|%windir%\system32\devicecensus.exe|SystemCxt|S-1-5-18
\Microsoft\Windows\Diagnosis\Scheduled|{C1F85EF8-BCC2-4606-BB39-70C523715EB3}||S-1-5-18
\Microsoft\Windows\DiskCleanup\SilentCleanup|%windir%\system32\cleanmgr.exe|/autoclean /d %systemdrive%|S-1-5-32-545
\Microsoft\Windows\DiskDiagnostic\Microsoft-Windows-DiskDiagnosticDataCollector|%windir%\system32\rundll32.exe|dfdts.dll,DfdGetDefaultPolicyAndSMART|S-1-5-18
\Microsoft\Windows\DiskFootprint\Diagnostics|%windir%\system32\disksnapshot.exe|-z|S-1-5-18
\Microsoft\Windows\Display\Brightness\BrightnessReset|{5E5D5F2C-0E0B-4C21-9D40-1F9B6D2B8A77}||S-1-5-18
\Microsoft\Windows\EDP\EDP App Launch Task|{35EF4182-F900-4632-B072-8639E4478A61}||S-1-5-32-545
\Microsoft\Windows\Feedback\Siuf\DmClient|%windir%\system32\dmclient.exe|utcwnf|S-1-5-18
\Microsoft\Windows\Flighting\OneSettings\RefreshCache|%windir%\system32\wosc.dll,OneSettingsQuery||S-1-5-18
\Microsoft\Windows\InstallService\ScanForUpdates|{A558C6A5-B42B-4C98-B610-BF9559143139}||S-1-5-18
\Microsoft\Windows\LanguageComponentsInstaller\Installation|{6F58F65F-EC0E-4ACA-99FE-FC5A1A25E4BE}||S-1-5-18
\Microsoft\Windows\Location\Notifications|%windir%\System32\LocationNotificationWindows.exe||S-1-5-4
\Microsoft\Windows\Maintenance\WinSAT|{A9A33436-678B-4C9C-A211-7CC38785E79D}||S-1-5-32-544
\Microsoft\Windows\Maps\MapsUpdateTask|{B9033E87-33CF-4D77-BC9B-895AFBBA72E4}||S-1-5-20
\Microsoft\Windows\MemoryDiagnostic\ProcessMemoryDiagnosticEvents|{8168E74A-B39F-46D8-ADCD-7BED477B80A3}||S-1-5-32-544
\Microsoft\Windows\MUI\LPRemove|%windir%\system32\lpremove.exe||S-1-5-18
\Microsoft\Windows\Multimedia\SystemSoundsService|{2DEA658F-54C1-4227-AF9B-260AB5FC3543}||S-1-5-32-545
\Microsoft\Windows\NetTrace\GatherNetworkInfo|%windir%\system32\gatherNetworkInfo.vbs||S-1-5-32-545
\Microsoft\Windows\Offline Files\Background Synchronization|{FA3F3DD9-4C1A-456B-A8FA-C76EF3ED83B8}||S-1-5-11
\Microsoft\Windows\PI\Sqm-Tasks|{CA4B8FF2-A4D2-4D88-A52E-3A5BDAF7F56E}||S-1-5-18
\Microsoft\Windows\Plug and Play\Device Install Reboot Required|{48794782-6A1F-47B9-BD52-1D5F95D49C1B}||S-1-5-4
\Microsoft\Windows\Power Efficiency Diagnostics\AnalyzeSystem|{927EA2AF-1C54-43D5-825E-0074CE028EEE}||S-1-5-18
\Microsoft\Windows\Printing\EduPrintProv|%windir%\system32\eduprintprov.exe||S-1-5-32-545
\Microsoft\Windows\RecoveryEnvironment\VerifyWinRE|{89D1D0C2-A3CF-490C-ABE3-B86CDE34B047}||S-1-5-32-544
\Microsoft\Windows\Registry\RegIdleBackup|{CA767AA8-9157-4604-B64B-40747123D5F2}||S-1-5-18
\Microsoft\Windows\RemoteAssistance\RemoteAssistanceTask|%windir%\system32\RAServer.exe|/offerraupdate|S-1-5-18
\Microsoft\Windows\Servicing\StartComponentCleanup|{752073A1-23F2-4396-85F0-8FDB879ED0ED}||S-1-5-18
\Microsoft\Windows\SettingSync\BackgroundUploadTask|{59B9640D-5F22-4E36-8A1C-2B2A0C1F4F2D}||S-1-5-4
\Microsoft\Windows\Shell\FamilySafetyMonitor|%windir%\System32\wpcmon.exe||S-1-5-32-545
\Microsoft\Windows\Shell\IndexerAutomaticMaintenance|{3FBA60A6-7BF5-4868-A2CA-6623B3DFF7BF}||S-1-5-18
\Microsoft\Windows\SoftwareProtectionPlatform\SvcRestartTask|{B1AEBB5D-EAD9-4476-B375-9C3ED9F32AFC}||S-1-5-20
\Microsoft\Windows\SpacePort\SpaceAgentTask|%windir%\system32\SpaceAgent.exe||S-1-5-18
\Microsoft\Windows\Speech\SpeechModelDownloadTask|%windir%\system32\speech_onecore\common\SpeechModelDownload.exe||S-1-5-20
\Microsoft\Windows\Storage Tiers Management\Storage Tiers Optimization|%windir%\system32\defrag.exe|-c -h -g -#|S-1-5-18
\Microsoft\Windows\Sysmain\ResPriStaticDbSync|%windir%\system32\sc.exe|start sysmain|S-1-5-18
\Microsoft\Windows\SystemRestore\SR|%windir%\system32\srtasks.exe|ExecuteScheduledSPPCreation|S-1-5-18
\Microsoft\Windows\Task Manager\Interactive|{855FEC53-D2E4-4999-9E87-3414E9CF0FF4}||S-1-5-4
\Microsoft\Windows\TextServicesFramework\MsCtfMonitor|{01575CFE-9A55-4003-A5E1-F38D1EBDCBE1}||S-1-5-32-545
\Microsoft\Windows\Time Synchronization\SynchronizeTime|%windir%\system32\sc.exe|start w32time task_started|S-1-5-19
\Microsoft\Windows\TPM\Tpm-Maintenance|{5014B7C8-934E-4262-9816-887FA745A6C4}||S-1-5-18
\Microsoft\Windows\UpdateOrchestrator\Schedule Scan|%systemroot%\system32\usoclient.exe|StartScan|S-1-5-18
\Microsoft\Windows\UPnP\UPnPHostConfig|%windir%\system32\sc.exe|config upnphost start= auto|S-1-5-18
\Microsoft\Windows\User Profile Service\HiveUploadTask|{BA677074-762C-444B-94C8-8C83F93F6605}||S-1-5-18
\Microsoft\Windows\WDI\ResolutionHost|{900BE39D-6BE8-461A-BC4D-B0FA71F5ECB1}||S-1-5-32-545
\Microsoft\Windows\Windows Defender\Windows Defender Scheduled Scan|C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.25010.11-0\MpCmdRun.exe|Scan -ScheduleJob -ScanTrigger 55|S-1-5-18
\Microsoft\Windows\Windows Error Reporting\QueueReporting|%windir%\system32\wermgr.exe|-upload|S-1-5-18
\Microsoft\Windows\Windows Filtering Platform\BfeOnServiceStartTypeChange|%windir%\system32\rundll32.exe|bfe.dll,BfeOnServiceStartTypeChange|S-1-5-18
\Microsoft\Windows\WindowsUpdate\Scheduled Start|C:\Windows\system32\sc.exe|start wuauserv|S-1-5-18
\Microsoft\Windows\Wininet\CacheTask|{0358B920-0AC7-461F-98F4-58E32CD89148}||S-1-5-32-545
\Microsoft\Office\Office Automatic Updates 2.0|C:\Program Files\Common Files\Microsoft Shared\ClickToRun\OfficeC2RClient.exe|/frequentupdate SCHEDULEDTASK displaylevel=False|S-1-5-18
\MicrosoftEdgeUpdateTaskMachineUA|C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe|/ua /installsource scheduler|S-1-5-18`).map(([name, command, args, user]) => ({
  name: name!,
  command: command!.startsWith('{') ? '' : command!,
  args: args!,
  handler: command!.startsWith('{') ? command! : '',
  user: user!,
})) // biome-ignore format: tables
