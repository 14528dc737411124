import { COLLECTED_AT, type Machine } from '../fleet.ts'
import { randomFor } from '../random.ts'
import { hashesOf, type Row } from '../row.ts'

// name|command line|user
const BASE = `systemd|/sbin/init|root
systemd-journald|/usr/lib/systemd/systemd-journald|root
systemd-udevd|/usr/lib/systemd/systemd-udevd|root
systemd-resolved|/usr/lib/systemd/systemd-resolved|systemd-resolve
systemd-timesyncd|/usr/lib/systemd/systemd-timesyncd|systemd-timesync
systemd-networkd|/usr/lib/systemd/systemd-networkd|systemd-network
systemd-logind|/usr/lib/systemd/systemd-logind|root
dbus-daemon|@dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only|messagebus
rsyslogd|/usr/sbin/rsyslogd -n -iNONE|syslog
cron|/usr/sbin/cron -f -P|root
sshd|sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups|root
agetty|/sbin/agetty -o -p -- \\u --noclear - linux|root
polkitd|/usr/lib/polkit-1/polkitd --no-debug|polkitd
multipathd|/sbin/multipathd -d -s|root
unattended-upgr|/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal|root
velociraptor|/usr/local/bin/velociraptor --config /etc/velociraptor/client.config.yaml client|root
zabbix_agent2|/usr/sbin/zabbix_agent2 -c /etc/zabbix/zabbix_agent2.conf|zabbix
chronyd|/usr/sbin/chronyd -F 1|_chrony`

const ROLES: Record<string, string> = {
  web: 'nginx|nginx: worker process|www-data',
  db: 'postgres|postgres: 16/main: erp erp 10.20.10.17(51322) idle|postgres',
  git: 'gitaly|/opt/gitlab/embedded/bin/gitaly /var/opt/gitlab/gitaly/config.toml|git',
  ci: 'Runner.Worker|/opt/actions-runner/bin/Runner.Worker spawnclient 117 120|deploy',
  mon: 'zabbix_server|/usr/sbin/zabbix_server: poller [got 0 values in 0.000021 sec]|zabbix',
  proxy: 'squid|(squid-1) --kid squid-1 --foreground -sYC|proxy',
  log: 'java|/usr/share/opensearch/jdk/bin/java -Xms8g -Xmx8g org.opensearch.bootstrap.OpenSearch|opensearch',
}
const KERNEL =
  'kworker/0:1-events kworker/u16:2-flush kthreadd ksoftirqd/0 migration/0 rcu_preempt kswapd0 jbd2/sda1-8 ext4-rsv-conver kcompactd0 khugepaged cpuhp/0 netns kdevtmpfs oom_reaper writeback kblockd md edac-poller watchdogd'.split(
    ' ',
  )

/** Processes of a Linux machine: kernel threads, the base system, and what the machine is for. */
export function linuxPslist(machine: Machine): Row[] {
  const random = randomFor('linux', machine.hostname)
  const role = ROLES[machine.hostname.split('-')[1]!]!
  const lines = [...BASE.split('\n'), ...Array.from({ length: random.int(8, 24) }, () => role)]
  const threads = Array.from({ length: random.int(90, 160) }, (_, n) => `${KERNEL[n % KERNEL.length]}||root`)
  return [...threads, ...lines].map((line, n) => {
    const [name, commandLine, user] = line.split('|') as [string, string, string]
    const exe = commandLine === '' ? '' : (/^[/]\S+/.exec(commandLine)?.[0] ?? `/usr/sbin/${name}`)
    const at =
      machine.bootedAt +
      n * 137 +
      (n > threads.length + 10 ? random.int(0, COLLECTED_AT - machine.bootedAt - 60_000) : 0)
    return {
      Pid: n + 1 + (n > 40 ? random.int(0, 3) + n * 4 : 0),
      Ppid: exe ? 1 : 2,
      Name: name,
      CommandLine: commandLine,
      Exe: exe,
      Hash: exe ? hashesOf({ product: exe, version: machine.platformVersion }) : null,
      Username: user,
      CreateTime: new Date(at + 3_600_000).toISOString().replace('Z', '+01:00'),
      RSS: exe ? random.int(800, 400_000) * 1024 : 0,
      Deleted: false,
    }
  })
}
