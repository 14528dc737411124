/** What every Windows has. */
const words = (text: string) => text.trim().split(/\s+/)

export const DRIVERS = words(`ACPI AFD afunix amdgpio2 applockerfltr BasicDisplay BasicRender Beep bindflt bowser BTHUSB
cdrom CimFS circlass CLFS CmBatt CNG condrv csc Disk dmvsc DXGKrnl e1dexpress EhStorClass fastfat FileCrypt FltMgr fvevol
HDAudBus HidUsb HTTP i8042prt iaStorVD IntelHaxm intelppm IPT kbdclass ksecdd ksecpkg lltdio luafv mausbhost MMCSS Modem
monitor mountmgr mpsdrv mrxsmb mrxsmb20 Msfs mssmbios Mup Ndis NdisTapi NetBIOS NetBT Npfs nsiproxy Ntfs Null nvraid
partmgr pci pcw PEAUTH Psched rdbss rdpbus rspndr SgrmAgent spaceport srv2 srvnet storahci stornvme storqosflt swenum
Tcpip TPM tsusbhub umbus UCPD USBHUB3 USBXHCI vdrvroot volmgr volsnap vwififlt Wanarp Wcifs WdBoot WdFilter WdNisDrv
WindowsTrustedRT WinNat WinUsb Wof ws2ifsl WUDFRd`)

export const KNOWN_DLLS = words(`advapi32 clbcatq combase COMDLG32 coml2 difxapi gdi32 gdiplus IMAGEHLP IMM32 kernel32
MSCTF MSVCRT NORMALIZ NSI ole32 OLEAUT32 PSAPI rpcrt4 sechost Setupapi SHCORE SHELL32 SHLWAPI user32 WLDAP32 WS2_32`)

/** Tools of Windows that people and scripts start. */
export const TOOLS = words(`svchost.exe conhost.exe dllhost.exe backgroundTaskHost.exe RuntimeBroker.exe taskhostw.exe
SearchProtocolHost.exe SearchFilterHost.exe WmiPrvSE.exe smartscreen.exe consent.exe cmd.exe powershell.exe rundll32.exe
explorer.exe notepad.exe mmc.exe msiexec.exe regsvr32.exe sc.exe reg.exe net.exe net1.exe ipconfig.exe ping.exe
nslookup.exe whoami.exe tasklist.exe gpupdate.exe schtasks.exe wevtutil.exe certutil.exe bitsadmin.exe robocopy.exe
xcopy.exe findstr.exe systeminfo.exe quser.exe mstsc.exe control.exe wusa.exe DismHost.exe TiWorker.exe
TrustedInstaller.exe MusNotification.exe UsoClient.exe wermgr.exe WerFault.exe CompatTelRunner.exe DeviceCensus.exe
defrag.exe cleanmgr.exe LogonUI.exe userinit.exe fontdrvhost.exe dwm.exe ctfmon.exe sihost.exe ShellExperienceHost.exe
StartMenuExperienceHost.exe TextInputHost.exe ApplicationFrameHost.exe SystemSettings.exe Taskmgr.exe SnippingTool.exe
mspaint.exe calc.exe charmap.exe wscript.exe cscript.exe mshta.exe vssadmin.exe diskpart.exe tracert.exe netsh.exe
arp.exe route.exe netstat.exe hostname.exe where.exe curl.exe tar.exe dsregcmd.exe gpresult.exe klist.exe setspn.exe
nltest.exe w32tm.exe slui.exe sppsvc.exe audiodg.exe SecurityHealthHost.exe MpCmdRun.exe NisSrv.exe AppHostRegistrationVerifier.exe`)
