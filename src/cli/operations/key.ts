import { type Command, Option } from 'commander';
import { algorithmsInUse } from '../../keys/algorithms.ts';
import { type KeyRevocation, revokeKey, rotateKey } from '../../keys/rotation.ts';
import { rotateMasterKey } from '../../keys/sealing/master-keys.ts';
import { SIGNING_ALGS, type SigningAlg } from '../../keys/signing-algs.ts';
import { listSigningKeys, type SigningKey } from '../../keys/signing-keys.ts';
import { LONGEST_TOKEN_LIFETIME, stageOf } from '../../keys/stages.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { formatTable, formatTime } from '../output.ts';

interface JsonOption {
  readonly json?: boolean;
}

interface RevokeOptions extends JsonOption {
  readonly reason: string;
  readonly withoutSuccessor?: boolean;
}

export function addKeyCommands(program: Command, line: CommandLine): void {
  const key = program.command('key').description('the keys that sign tokens');
  withJson(key.command('list').description('list the signing keys, their public parts only')).action(
    (options: JsonOption) => list(line, options),
  );
  withJson(key.command('rotate').description('make the next signing key now; it signs once it has been published'))
    .addOption(new Option('--alg <alg>', 'of this algorithm only').choices([...SIGNING_ALGS]))
    .action((options: JsonOption & { alg?: SigningAlg }) => rotate(line, options));
  withJson(key.command('revoke').description('drop a signing key at once; every token that it signed is refused'))
    .argument('<kid>', 'as the list shows it; one that begins with a dash goes after --')
    .requiredOption('--reason <reason>', 'kept in the audit trail, such as compromised')
    .option('--without-successor', 'revoke it also when no other key can be made, because a master key is lost')
    .action((kid: string, options: RevokeOptions) => revoke(line, kid, options));

  const masterKey = program.command('master-key').description('the keys that encrypt private keys at rest');
  withJson(masterKey.command('rotate').description('encrypt everything anew under the first of MASTER_KEYS')).action(
    (options: JsonOption) => rotateMaster(line, options),
  );
}

async function list(line: CommandLine, options: JsonOption): Promise<void> {
  const keys = (await line.withDatabase(listSigningKeys)).map((key) => present(key, line.by().now));
  const rows = keys.map((key) => [
    key.kid,
    key.alg,
    key.stage,
    formatTime(key.activates_at),
    formatTime(key.retires_at),
  ]);
  line.answer(options, {
    json: keys,
    text: formatTable(
      ['KID', 'ALG', 'STAGE', 'SIGNS FROM', 'UNTIL'],
      rows,
      'There are no signing keys yet; the server makes them when it first starts.',
    ),
  });
}

async function rotate(line: CommandLine, options: JsonOption & { alg?: SigningAlg }): Promise<void> {
  const made = await line.withKeys(async ({ db, rotation }) => {
    const keys = [];
    const algs = options.alg ? [options.alg] : await algorithmsInUse(db);
    for (const alg of algs) keys.push(await rotateKey(rotation, alg, line.by()));
    return keys;
  });
  line.answer(options, {
    json: made.map(({ kid, alg, activatesAt }) => ({ kid, alg, activates_at: activatesAt })),
    text: made.map(({ kid, alg, activatesAt }) => `${alg} ${kid} signs from ${formatTime(activatesAt)}.`).join('\n'),
  });
}

async function revoke(line: CommandLine, kid: string, options: RevokeOptions): Promise<void> {
  const revoked = await line.withKeys(({ rotation }) => revokeKey(rotation, { kid, ...options }, line.by()));
  line.answer(options, {
    json: { kid: revoked.kid, alg: revoked.alg, reason: options.reason, successor: revoked.successor ?? null },
    text: [
      `Revoked the ${revoked.alg} key ${revoked.kid}. ${describeSuccessor(revoked)}`,
      'Every access token and ID token that it signed stops working: here at once, at verifiers that follow the',
      'revocation feed within seconds, and at any other verifier when the JWKS that it keeps has expired.',
      'Refresh tokens, sessions and secrets are not affected: apps get new tokens with their next refresh.',
    ].join('\n'),
  });
}

function describeSuccessor({ alg, successor, isUsed }: KeyRevocation): string {
  if (successor) return `${successor} signs from now on.`;
  if (!isUsed) return `Nothing uses ${alg}, so no key follows it.`;
  return `No key could be made here (the signer or a master key is missing): a server makes one as soon as it can.`;
}

async function rotateMaster(line: CommandLine, options: JsonOption): Promise<void> {
  const result = await line.withKeys(({ db, masterKeys }) => rotateMasterKey(db, masterKeys, line.by()));
  line.answer(options, {
    json: { sealed: result.sealed, master_key_id: result.masterKeyId },
    text: `Encrypted ${result.sealed} values anew; all are under "${result.masterKeyId}" now.`,
  });
}

/** Names its members one by one, so that a sealed private key cannot slip through. */
function present(key: SigningKey, now: Date) {
  return {
    kid: key.kid,
    alg: key.alg,
    stage: stageOf(key, { retainFor: LONGEST_TOKEN_LIFETIME }, now),
    signer: key.signer,
    created_at: key.createdAt,
    activates_at: key.activatesAt,
    retires_at: key.retiresAt,
    revoked_at: key.revokedAt,
    revoked_reason: key.revokedReason,
    public_jwk: key.publicJwk,
  };
}
