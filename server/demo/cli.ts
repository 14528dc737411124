import { parseArgs } from 'node:util'
import { apiAt, DemoError } from './api.ts'
import { ARTIFACT_NAMES, ROWS } from './deliveries.ts'
import { type Balance, describeHosts, fill } from './fill.ts'
import { FLEET } from './fleet.ts'
import { progressOn } from './progress.ts'
import { type SignedIn, signIn } from './sign-in.ts'

const HELP = `Fills a tenant with a fleet to hunt in, through the public API.

  npm run demo -- [options]

  --url URL            where the server is        (DEMO_URL, else http://127.0.0.1:PORT or :3000)
  --username NAME      who to sign in as          (DEMO_USERNAME)
  --password PASSWORD  their password             (DEMO_PASSWORD, which no process list shows)
  --token TOKEN        instead: an access token, or a source's token  (DEMO_TOKEN)
  --tenant NAME        stop unless this is the tenant that is filled  (DEMO_TENANT)
  --setup-code CODE    for the first account of a server that listens beyond this machine  (DEMO_SETUP_CODE)

On an empty installation it makes the first account and shows its password once.
`
const FLAGS = ['url', 'username', 'password', 'token', 'tenant', 'setup-code'] as const

async function main(): Promise<number> {
  const given = settings()
  if (!given) return 0
  const { url, ...who } = given
  const progress = progressOn(process.stdout)
  const api = apiAt(url)
  const began = performance.now()
  const signedIn = await signIn(api, who)
  showAccount(signedIn, url)
  progress.say(
    `Filling ${signedIn.tenant} at ${url}: ${FLEET.length} hosts, ${ARTIFACT_NAMES.length} artifacts, ${ROWS.toLocaleString('en')} rows.`,
  )
  const balance = await fill(api, progress)
  if (signedIn.mayAddHosts) await describeHosts(api)
  progress.say(told(balance, (performance.now() - began) / 1000))
  progress.say(HINT)
  return 0
}

function settings() {
  // npm start's own word for this program comes first.
  const args = process.argv.slice(2)
  if (args[0] === 'demo') args.shift()
  const options = {
    ...Object.fromEntries(FLAGS.map((name) => [name, { type: 'string' as const }])),
    help: { type: 'boolean' as const, short: 'h' },
  }
  const { values } = parseArgs({ args, options })
  if (values.help) return void process.stdout.write(HELP)
  const read = (name: (typeof FLAGS)[number]) => {
    const value =
      (values as Record<string, unknown>)[name] ?? process.env[`DEMO_${name.toUpperCase().replace('-', '_')}`]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const url = read('url') ?? `http://127.0.0.1:${process.env.PORT || 3000}`
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new DemoError(`--url ${url} is not an address like http://127.0.0.1:3000.`)
  return {
    url,
    username: read('username'),
    password: read('password'),
    token: read('token'),
    tenant: read('tenant'),
    setupCode: read('setup-code'),
  }
}

function showAccount({ made }: SignedIn, url: string) {
  if (!made) return
  process.stdout.write(
    `\nThe first account of this installation. Its password is shown this once:\n\n  ${url}/login\n  username  ${made.username}\n  password  ${made.password}\n\n`,
  )
}

function told({ received, stored, duplicate, rejected, deliveries, replayed }: Balance, seconds: number): string {
  const n = (count: number) => count.toLocaleString('en')
  const counts = `${n(received)} received = ${n(stored)} stored + ${n(duplicate)} duplicate + ${n(rejected)} rejected`
  const lines = [`\n${counts}, in ${deliveries} deliveries and ${seconds.toFixed(1)} s.`]
  if (replayed === deliveries)
    lines.push('These are the figures of the first time: all of it was here, and nothing new was stored.')
  else if (stored === 0) lines.push('All of it was here: nothing new was stored.')
  else if (replayed > 0) lines.push(`${replayed} of the deliveries had been made before; they were not stored again.`)
  return lines.join('\n')
}

const HINT = `
Among these rows is one intrusion. It began with a mail on a Tuesday morning and ended a day later with a right that
nobody was given. Most machines never saw it.

  Look     at what starts by itself, and which of it only a few machines have.
  Search   for a program that was started by one that has no business starting it.
  Follow   the hash, the address and the name that you find to every host and artifact that knows them.
`

// Last, so that everything above exists.
process.exitCode = await main().catch((error: unknown) => {
  const known = error instanceof DemoError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(known ? `\n${(error as Error).message}` : error)
  return 1
})
