import { Argument, type Command } from 'commander';
import { changeSignUpPolicy, MODES, readSignUpPolicy, type SignUpPolicy } from '../../accounts/sign-up/policy.ts';
import { type CommandLine, withJson } from '../command-line.ts';
import { examples } from '../output.ts';

interface Options {
  readonly domain?: string[];
  readonly json?: boolean;
}

export function addSignUpCommands(program: Command, line: CommandLine): void {
  const signUp = program.command('sign-up').description('who may make an account by themselves');
  withJson(signUp.command('show').description('tell who may make an account')).action((options: Options) =>
    line
      .withDatabase((db) => readSignUpPolicy(db, line.by()))
      .then((policy) => line.answer(options, { json: policy, text: inWords(policy) })),
  );
  withJson(signUp.command('set').description('say who may make an account'))
    .addArgument(
      new Argument('<mode>', 'nobody, who is invited, also who has an address of a domain, everybody').choices(MODES),
    )
    .option('--domain <domain...>', 'a domain of mail addresses, for the mode domains')
    .addHelpText('after', examples('sign-up set domains --domain example.com --domain example.org'))
    .action((mode: SignUpPolicy['mode'], options: Options) =>
      line
        .withDatabase((db) => changeSignUpPolicy(db, { mode, domains: options.domain ?? [] }, line.by()))
        .then((policy) => line.answer(options, { json: policy, text: inWords(policy) })),
    );
}

const inWords = ({ mode, domains }: SignUpPolicy) =>
  ({
    closed: 'Nobody makes an account, and no invitation makes one.',
    invitation: 'Whoever is invited makes an account.',
    domains: `Whoever is invited, or has an address of ${domains.join(', ')}, makes an account.`,
    open: 'Whoever has a mail address makes an account.',
  })[mode];
