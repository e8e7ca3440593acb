/** What a person asked for cannot be done as it was asked: one sentence, exit 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** How each command is called, and what it does. */
export const USAGES = {
  demo: `  wattpurse demo [--data DIR] [--meters N] [--speed N] [--loads FILE]... [--seed S] [--suite NAME] [--lab] [--no-color]
                 [--listen ADDRESS:PORT|none]
      A whole utility in this process until you stop it, 60 times as fast as life.
      It lives in ./wattpurse-data; starting again goes on with the meters, loads, seed and suite that it was begun with.
      Its pages are at http://127.0.0.1:8080/, or on a free port; --listen names another address, or none.
      Where an address is named, a person for each role is printed with a password.
  wattpurse demo --once [--data DIR] [--meters N] [--days D] [--loads FILE]... [--seed S] [--suite NAME] [--lab] [--json]
      The same, as fast as it can, for D days; ends with the story in numbers.

The demo's master keys lie sealed in its folder, under WATTPURSE_PASSPHRASE if it is set.
Suites: aes128 (default), aes256, 3des-xo, and 3des, which needs --lab.`,
  host: `  wattpurse host --data DIR [--database URL] [--listen ADDRESS:PORT] [--zone NAME] [--proxy ADDRESS]
                 [--webhook-inside ADDRESS,...] [--configuration FILE] [--area-units ADDRESS:PORT] [--certificates DIR]
                 [--broker MACHINE:PORT,...] [--broker-credentials FILE] [--meters-max N]
      The host of a utility and its HTTP API, until you stop it. Its books are SQLite in DIR, or PostgreSQL at
      postgres://user@host/database; its master keys lie sealed in DIR, under WATTPURSE_PASSPHRASE, or what the file in
      WATTPURSE_PASSPHRASE_FILE says. Area units reach it at --area-units, or it and other hosts by a broker (NATS) at
      --broker. All of these may stand in the --configuration.`,
  'area-unit': `  wattpurse area-unit NUMBER --host MACHINE:PORT,... --listen ADDRESS:PORT [--certificates DIR]
  wattpurse area-unit NUMBER --broker MACHINE:PORT,... --listen ADDRESS:PORT [--broker-credentials FILE] [--certificates DIR]
      Stands between a host and up to 256 local units, until you stop it; NUMBER, 0 to 255, is that of its area.
      Of several hosts it keeps to the first that it reaches.`,
  'local-unit': `  wattpurse local-unit --key FILE --area-unit MACHINE:PORT --line ADDRESS:PORT [--certificates DIR]
      Polls the meters of one transformer and relays to them, until you stop it. Modems of meters reach it at --line,
      which is an address and a port, or wires at a serial port, as serial:/dev/ttyUSB0,9600.
  wattpurse local-unit key FILE --number N --data DIR
      Takes the key of one local unit from the folder of its host; N is area unit × 256 + its number there.`,
  meter: `  wattpurse meter personalise FILE --number NUMBER --data DIR [--suite NAME] [--share FILE --share FILE]
      Makes a meter of one supply that is a file, with keys from the folder of its host; NUMBER is six hex digits.
      After a key ceremony two custodians bring their shares.
  wattpurse meter personalise FILE --keys FILE
      The same for a bench, with number and keys that "wattpurse conformance keys" drew.
  wattpurse meter commission NUMBER --data DIR --subscriber ID --local-unit N --address N [--suite NAME] [--tariff NAME]
      Takes a meter into the books: whose it is, and where it stands.
  wattpurse meter replace OLD NEW --data DIR [--dead]
      What is in the purse of one meter moves to another of the same household, once. --dead: it does not answer any
      more, and the balance last proved moves.
  wattpurse meter move-out NUMBER --data DIR [--next NUMBER] [--dead]
      A household leaves a meter: a last reading, and what was left is theirs. --next: it goes to that meter of theirs.
      --dead: the meter does not answer any more, and the balance last proved is theirs.
  wattpurse meter move-in NUMBER --data DIR --subscriber ID
      A household comes to a meter where nobody lives.
  wattpurse meter retire NUMBER --data DIR       takes the rest out of a purse for good
  wattpurse meter revive FILE --data DIR [--share FILE --share FILE]
      Gives a meter whose case was opened its keys again; each of these takes --database URL too.
  wattpurse meter run FILE --line MACHINE:PORT|serial:PORT,RATE --address N [--hardware FILE|--load WATTS|FILE]
                 [--reader NAME] [--panel ADDRESS:PORT] [--sound ADDRESS:PORT] [--certificates DIR]
      Runs it on the line of its local unit, until you stop it; N is the address of its modem, 0 to 255.
      --hardware names what measures and what switches, on Modbus; --load is watts or a recorded load instead.
      --reader names the reader of this machine that is its card slot; --panel is where its buttons and voice connect,
      --sound where its microphone and loudspeaker do.`,
  manager: `  wattpurse manager LOGIN --data DIR [--database URL]
      Makes a system manager, or gives one a new password, good for choosing another.`,
  doctor: `  wattpurse doctor --data DIR [the other options of host] [--called NAME] [--time-server MACHINE[:PORT]]
                   [--reader NAME] [--back-up-days N] [--json]
      Looks at everything that a host with these options needs, changes nothing, and says what to do about each fault.
      The host may run meanwhile. --called is the name that its certificate must bear; --time-server is asked for the time.`,
  keys: `  wattpurse keys show --data DIR [--json]         lists the master keys of a host by check value
  wattpurse keys ceremony --data DIR --custodian NAME=FILE... [--share FILE --share FILE]
      Locks all master keys for three custodians, of whom two open them, and writes each a share; those of maintenance
      leave the host. Another ceremony after the first takes two of its shares.
  wattpurse keys check --data DIR --share FILE --share FILE      proves that two shares open what the host has
  wattpurse keys record FILE --data DIR                          prints what is to be signed; as PDF where FILE ends so
  wattpurse keys restore --data DIR --share FILE --share FILE    makes the keyring anew, under the passphrase given now
  wattpurse keys add PURPOSE --data DIR [--suite NAME]
      Draws the next generation of value, control or monitoring, and locks it away for the custodians as well.
  wattpurse keys token --data DIR --module FILE --label NAME
      Moves the master keys into a token behind PKCS#11, which gives none out; its PIN comes from WATTPURSE_TOKEN_PIN.
  wattpurse keys rotate PURPOSE --data DIR [--database URL] [--suite NAME] [--meters N] [--dry-run] [--json]
      Gives a stage of N meters the newest key that the host has; given again it goes on with the next. PURPOSE is value,
      control or monitoring; --dry-run says how many meters can take it, and changes nothing.
  wattpurse keys rotate PURPOSE --data DIR --raise | --back-out ...
      Meters that hold both keys give the older one up, or are spoken to by it again.
  wattpurse keys status --data DIR [--database URL] [--json]     says how the host's own timer stands with each key
The keyring of DIR lies sealed under WATTPURSE_PASSPHRASE.`,
  database: `  wattpurse database copy --from PLACE --to PLACE [--json]
      Moves the books of a host that does not run from its folder to PostgreSQL, or back, and compares every row.
  wattpurse database compare --from PLACE --to PLACE [--json]
      Compares two such books row by row, and changes neither.
A PLACE is the folder of a host, or a database as postgres://user@host/database.`,
  backup: `  wattpurse backup --data DIR --to DIR [--database URL] [--json]
      The books of a host, which may run and sell meanwhile, into a new folder: all of it or nothing. Keys are not in it.
  wattpurse backup rehearse DIR --keyring FILE [--key FILE]... [--scratch DIR] [--json]
      Restores a back-up into a folder that is gone afterwards, and audits it.`,
  restore: `  wattpurse restore DIR --data DIR --keyring FILE [--key FILE]... [--database URL] [--max-age DAYS] [--json]
      Puts a back-up into a folder that is not there yet, or into an empty database as well, and audits it.
      The host that starts on it asks every meter for its receipts before any value moves.
      One that is older than 7 days is refused, or than --max-age says. --key names published keys of receipts.`,
  audit: `  wattpurse audit [--data DIR] [--database FILE|URL] [--key FILE]... [--json]
      Proves books as they lie: signed heads, the chain of postings, each row of each table, receipts and sums.
      They are those of a demo or a host in DIR, of a file of SQLite, or at postgres://user@host/database. --key names
      a keyring or published keys (a JWKS); without it the folder's are taken. A keyring proves every row.
      Of a demo that does not run the memories of its meters are compared as well.`,
  receipt: `  wattpurse receipt verify FILE --keys FILE [--open FILE] [--pdf FILE] [--language NAME] [--json]
      Proves a receipt with the keys that its utility published (a JWKS), without a network, and prints it; --pdf also on paper.
      FILE is its text, that of its QR code, or its PDF; --open names the private key (a JWK) for one that is sealed.
  wattpurse receipt show FILE [--open FILE] [--json]
      Prints what a receipt says, and proves nothing.`,
  settlement: `  wattpurse settlement tariff FILE --from INSTANT      publishes the bulk tariff, by which energy is bought
  wattpurse settlement close MONTH [--losses PERCENT] [--interest PERCENT]
  wattpurse settlement list
  wattpurse settlement show MONTH [--csv FILE] [--pdf FILE]
  wattpurse settlement claim MONTH --peer FILE         claims a closed month from the seller
  wattpurse settlement correct MONTH --peer FILE       computes a disputed month anew, and claims it in place of that
  wattpurse settlement serve --peer FILE...            takes the claims of re-sellers, until you stop it
      Between seller and re-seller, on the folder of a demo that does not run; each takes --data DIR and --json.
  wattpurse settlement key NAME [--data DIR]
      Draws a key to sign claims or answers with: NAME.jwk, and NAME.jwks for the other side.`,
  statement: `  wattpurse statement --meter NUMBER --from DATE --to DATE [--form FORM] [--out FILE] [--data DIR] [--database URL]
      Explains the balance of a meter over some days: what was paid, what was used at which price, and what is left.
      FORM is text (default), json, csv, pdf or espi (Green Button XML); DIR is of a host, or of a demo that does not run.`,
  export: `  wattpurse export subscribers | meters | tariffs | agents | ledger [--out FILE] [--data DIR] [--database URL]
  wattpurse export use --from DATE --to DATE [--by hour | day | month | season] [--out FILE] [--data DIR] [--database URL]
      A table of the books as CSV, of a host, or of a demo that does not run.`,
  import: `  wattpurse import subscribers | meters | tariffs | agents FILE [--dry-run] [--json] [--data DIR] [--database URL]
      Takes in a table in CSV, as export writes it: all of it or, where a line is wrong, nothing, and names each such line.
      --dry-run says what would become of it, and changes nothing.`,
  card: `  wattpurse card issue CARD --master FILE|reader:NAME... [--host URL --subscriber ID] [--json]
      Makes a purse card of a blank one, with the issuer's master card and one of each provider; PINs in WATTPURSE_PIN.
  wattpurse card read CARD [--json]
  wattpurse card load CARD --host URL [--region NAME] [--json]
  wattpurse card block CSN --host URL [--json]
      Carries frames between a card and its host, or ends a card; the host asks for WATTPURSE_API_KEY.
  wattpurse card pay --reader NAME --host URL (--meter NUMBER | --csn CSN --region NAME) --paid N --port NAME
      [--terminal FILE] [--json]
      Takes a payment card with a chip, through a payment port of the host; WATTPURSE_API_KEY as before.
  wattpurse card explain HEX... | --trace FILE [--json]
      Says what an APDU, an ATR, a status word, a ticket or all that was said to a card means.
  wattpurse card serve FILE [--port N]           puts a card's file into vpcd, a virtual reader of PC/SC
  wattpurse card chips FILE                      draws the key of a batch of chips
  wattpurse card blank FILE --chips FILE [--csn CSN]
  wattpurse card personalise FILE --keys FILE    a purse card with keys that "wattpurse conformance keys" drew
  wattpurse card master FILE --chips FILE --scope issuer|REGION --data DIR [--database URL] [--suite NAME]
      Cards that are files, to try things out with; a master card has the newest key of the host in DIR.
CARD is --reader NAME, of a reader of this machine by a part of its name, or --card FILE.`,
  kiosk: `  wattpurse kiosk --host URL [--listen ADDRESS:PORT] [--reader NAME | --card FILE] [--port NAME] [--terminal FILE]
      The page of a kiosk at its own machine, on 127.0.0.1:8088, until you stop it. What it sells comes from the host at
      URL, under the key of an agent in WATTPURSE_API_KEY; purse cards are read and loaded in the reader here.
      --port names the host's payment port for bank cards, which pay in the same reader, under the key in
      WATTPURSE_PAYMENT_KEY; --terminal the file of what they are. NAME is a part of the reader's name.`,
  phone: `  wattpurse phone try [--from NUMBER|none] [--url URL]
      The dialogue by telephone, written down: what is said is printed, and each line is what you key.
      In a small utility of its own, or by the USSD callbacks of a host at URL, as http://127.0.0.1:8090/ussd/KEY.`,
  simulate: `  wattpurse simulate --seed N [--transfers N | --days D | --minutes M] [--meters N] [--hosts N] [--suite NAME]
                     [--store NAME] [--without FAULT]... [--only STRIKE,STRIKE...] [--trace FILE] [--unshrunk] [--json]
      A utility under every fault that the seed draws, then its healing; a witness checks what is promised.
      Ends with what struck and what was broken, shrunk to the strikes that it takes; --trace writes all of it down.`,
  fleet: `  wattpurse fleet [--meters N] [--line BITS] [--loss SHARE] [--seed S] [--suite NAME] [--stranger]
                  [--report FILE] [--json]
      A day of an area of up to 65,536 meters on 256 lines: value for all, a new tariff, and each profile collected.
      --line is in bit/s, 1,200 where it is left out; --loss is the share of frames that nobody hears, as 0.05.
      --stranger gives one meter keys of another utility, which must fail; --report writes a page with plots.`,
  capacity: `  wattpurse capacity --meters N [--top-ups N] [--headroom N] [--json]
      What 1 to 16,777,216 meters need: machines, storage and line time, computed from what was measured.
      --top-ups is how many each meter has in a week, 1 where it is left out; --headroom how many times the mean, 10.`,
  acquirer: `  wattpurse acquirer [--port N] [--address A] [--limit N] [--fault NAME]... [--every N] [--json]
      An acquirer for trying things out, with cards that exist nowhere else: ISO 8583 over TCP, until you stop it.
      Every so many payment messages one suffers a fault that was named, each in its turn.`,
  conformance: `  wattpurse conformance tcp://ADDRESS:PORT|serial:DEVICE?baud=N --keys FILE --address N [--only NAME]... [--json]
                        [--certificates DIR]
      Tests a terminal of any maker, message by message, and names the rule of the protocol that it breaks.
      It is the local unit: the modem of the terminal, with address N, connects to it. The purse is credited and closed,
      the clock is set and keys are renewed, which FILE is told: a terminal on a bench, not one in a house.
  wattpurse conformance --card FILE|reader:NAME --keys FILE [--only NAME]... [--json]
      Tests a purse card, command by command. It is loaded, spent and emptied: a card of a bench, not a subscriber's.
  wattpurse conformance --host HOST:PORT|serial:PORT,BAUD --keys FILE --address N [--sell COMMAND] [--patience SECONDS]
                        [--only NAME]... [--json] [--certificates DIR]
      Tests a host, in the place of one of its meters, on the line where modems reach it. COMMAND has it sell value to
      that meter; without it you are asked to. In the end the host has stopped value for the meter.
  wattpurse conformance --local-unit HOST:PORT|serial:PORT,BAUD --listen ADDRESS:PORT [--only NAME]... [--json]
                        [--certificates DIR]
      Tests a local unit, as the area unit to which it connects and as the modems of its line.
  wattpurse conformance keys FILE --number NUMBER [--suite NAME]... [--data DIR]
  wattpurse conformance keys FILE --csn CSN [--region NAME]... [--suite NAME]
      Draws keys for such a terminal, NUMBER is six hex digits, or for such a card; with --data takes those that the
      host in DIR has of a meter.`,
  vectors: `  wattpurse vectors check FILE [--json]
      Recomputes every value of a file of test vectors.`,
} as const;

export type CommandName = keyof typeof USAGES;

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(USAGES, name);

/** Of one command, or of all. */
export function usageOf(name?: CommandName): string {
  const commands = name === undefined ? Object.values(USAGES) : [USAGES[name]];
  const general = name === undefined ? ['  wattpurse help [COMMAND] · wattpurse --version'] : [];
  return [
    'wattpurse - prepaid electricity, end to end',
    ...commands,
    ...general,
    'Exit codes: 0 done, 1 something was found wrong or could not go on, 2 wrong use.',
  ].join('\n\n');
}
