import { z } from 'zod';

/** What a page sends of a passkey: JSON, as the types of the library name it. */
const Text = z.string().max(20_000);
const Id = z.string().min(1).max(1400);

function answerWith<Response extends z.ZodObject>(response: Response) {
  const read = Text.transform((text, ctx) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      ctx.addIssue({ code: 'custom', message: 'no JSON' });
      return z.NEVER;
    }
  });
  // No extension is asked for, so none is looked at.
  const whole = z.object({ id: Id, rawId: Id, type: z.literal('public-key'), response });
  return read.pipe(whole).transform((answer) => ({ ...answer, clientExtensionResults: {} }));
}

/** A new passkey (WebAuthn §5.2.1). */
export const Registration = answerWith(
  z.object({ clientDataJSON: Text, attestationObject: Text, transports: z.array(z.string()).exactOptional() }),
);

/** A signature (WebAuthn §5.2.2). */
export const Assertion = answerWith(
  z.object({
    clientDataJSON: Text,
    authenticatorData: Text,
    signature: Text,
    userHandle: z.string().max(200).exactOptional(),
  }),
);
