import { describe, expect, it } from '@jest/globals';
import { emailAddress, emailKey } from '../../src/names/addresses.ts';
import { passesForProtected } from '../../src/names/look-alikes.ts';
import { isPlainName, nameOf, showUnseen } from '../../src/names/names.ts';

const address = emailAddress();

describe('an address', () => {
  it.each([
    ['r&d@example.com'],
    ['sales/eu@example.com'],
    ['bounce+a=b@example.com'],
    ["o'neil@example.com"],
    ['{x}~!#$%^`|?*@example.com'],
    ['jürgen@example.com'],
    ['अजय@example.com'],
    ['квіточка@example.com'],
    ['info@müller.de'],
    ['用户@例子.广告'],
    ['grace@faß.example'],
    ['ada@xn--80ak6aa92e.com'],
  ])('may be %s, and stays so', (email) => {
    expect(address.parse(email)).toBe(email);
  });

  it.each([
    ['no @', 'ada.example.com'],
    ['two dots', 'a..b@example.com'],
    ['no dot in the domain', 'ada@localhost'],
    ['an IP address', 'ada@[127.0.0.1]'],
    ['an IPv4 address in other words', 'ada@0x7f.1'],
    ['a quoted local part', '"ada lovelace"@example.com'],
    ['a name and an address', 'Ada <ada@example.com>'],
    ['two addresses', 'ada@example.com, eve@example.com'],
    ['a path behind the domain', 'ada@example.com/x'],
    ['a domain in percent signs', 'ada@ex%61mple.com'],
    ['a line end', 'ada@example.com\r\nBcc: eve@example.com'],
    ['a letter of no width', 'a\u200bda@example.com'],
    ['a soft hyphen in the domain', 'ada@exam\u00adple.com'],
    ['letters of two alphabets in one word', '\u0430dmin@example.com'],
    ['letters in a form for show', '\uff41da@example.com'],
    ['a label that is no IDN', 'ada@xn--\u00e4.com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['a domain of 250 characters', `a@${'é.'.repeat(120)}example.com`],
  ])('has not %s', (_what, email) => {
    expect(address.safeParse(email)).toMatchObject({ success: false });
  });

  it('has its domain shown in its own letters only where these pass for no others', () => {
    expect(address.parse('ada@XN--MLLER-KVA.de')).toBe('ada@müller.de');
    expect(address.parse('ada@аррӏе.com')).toBe('ada@xn--80ak6aa92e.com');
    expect(address.parse('ada@ɡoogle.com')).toBe('ada@xn--oogle-qmc.com');
  });

  it('is the same one in each of its spellings', () => {
    const spellings = ['Grace@müller.de', 'grace@MÜLLER.de', 'grace@mu\u0308ller.de', ' grace@xn--mller-kva.de'];
    expect([...new Set(spellings.map(emailKey))]).toEqual(['grace@xn--mller-kva.de']);
    expect(emailKey('ada@example.com/x')).toBe('ada@example.com/x');
    expect(emailKey('ada@é/x')).toBe('ada@é/x');
    expect(emailKey('Ada')).toBe('ada');
  });
});

describe('a name', () => {
  it.each([
    ['U+FE0F', 'Pay\ufe0fments'],
    ['U+FE0F behind a digit', 'Area 5\ufe0f'],
    ['U+034F', 'Pay\u034fments'],
    ['U+3164', 'Pay\u3164ments'],
    ['U+115F', 'Pay\u115fments'],
    ['U+FFA0', 'Pay\uffa0ments'],
    ['U+180B', 'Pay\u180bments'],
    ['U+E0100', 'Pay\u{e0100}ments'],
    ['U+2800', 'Pay\u2800ments'],
    ['U+200E', 'Pay\u200ements'],
    ['U+061C', 'Pay\u061cments'],
    ['U+17B4', 'Pay\u17b4ments'],
    ['U+E000', 'Pay\ue000ments'],
    ['U+FFF9', 'Pay\ufff9ments'],
    ['U+1D173', 'Pay\u{1d173}ments'],
    ['U+200D in Latin', 'Pay\u200dments'],
    ['U+200C in Latin', 'Pay\u200cments'],
    ['U+200C at the end', 'می\u200c'],
    ['U+200C behind a letter that joins nothing', 'ا\u200cب'],
    ['U+200D without a virama', 'क\u200dष'],
    ['U+200D between an emoji and a letter', '👩\u200da'],
    ['U+200D before a virama of another letter', 'ক\u200d্য'],
    ['tags that are no flag', '🏴\u{e0068}\u{e0069}\u{e007f}'],
    ['tags of a flag behind a letter', 'A\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a mark on nothing', ' \u0301Payments'],
    ['a pile of marks', `Pay${'\u0301\u0300\u0302\u0303\u0308'}ments`],
    ['a Cyrillic letter in a Latin word', 'P\u0430yments'],
    ['a Greek letter in a Latin word', 'Payment\u03bf'],
    ['a Latin letter in a Cyrillic word', 'Платеж\u0065жи'],
    ['digits of two kinds in a word', 'Area 1\u09ea'],
  ])('has not %s in it', (_what, name) => {
    expect(isPlainName(name)).toBe(false);
  });

  it.each([
    ['Persian', 'نرم\u200cافزار'],
    ['Hindi with a joiner', 'क्\u200dष रिपोर्ट'],
    ['Hindi without one', 'क्\u200cष'],
    ['Malayalam', 'അവന്\u200d'],
    ['Sinhala', 'ශ්\u200dරී ලංකා'],
    ['Thai', 'ผู้ดูแลระบบ'],
    ['Tamil', 'நிர்வாகி'],
    ['Arabic with marks', 'مُدِيرٌ'],
    ['Hebrew', 'מנהל/ת'],
    ['Vietnamese, taken apart', 'Quản trị'.normalize('NFD')],
    ['Russian and English, each word in its own', 'Панель Grafana'],
    ['a Greek letter that looks like no other', 'ΔT monitor'],
    ['Japanese', '工業IoTダッシュボード'],
    ['Bengali, whose ra has a joiner before the virama', 'র\u200d্যাব'],
    ['emoji', '❤\ufe0f 👩🏽\u200d💻 tools'],
    ['a family', '👨\u200d👩\u200d👧'],
    ['a key cap', 'Line 1\ufe0f\u20e3'],
    ['the flag of England', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} team'],
    ['signs', 'O’Neill & Söhne <b> №5 – 100 %'],
  ])('may be %s', (_what, name) => {
    expect(isPlainName(name)).toBe(true);
  });
});

it('text of others is shown with a sign for what is not seen', () => {
  expect(showUnseen('Pay\u3164me\ufe0fnts\u202e')).toBe('Pay\ufffdme\ufffdnts\ufffd');
  expect(showUnseen('نرم\u200cافزار ❤\ufe0f a\u200cb')).toBe('نرم\u200cافزار ❤\ufe0f a\ufffdb');
});

it('however many marks somebody sends, a name is judged and shown in a moment', () => {
  const hostile = `-${'\u094d'.repeat(20_000)}\u200c`;
  const from = performance.now();
  expect(nameOf(() => 'A name.').safeParse(hostile)).toMatchObject({ success: false });
  expect(showUnseen(hostile).endsWith('\ufffd')).toBe(true);
  // Each took 15 seconds when the time grew with the square of the length.
  expect(performance.now() - from).toBeLessThan(5000);
});

describe('a protected name', () => {
  const kept = ['Latchkey', 'auth.example.com', 'ING'];

  it.each([
    'Latchkey',
    'LATCHKEY',
    'latch key',
    'L-a-t-c-h-k-e-y',
    '|atchkey',
    'Iatchkey',
    '1atchkey',
    'Latchkéy',
    'Ｌａｔｃｈｋｅｙ',
    '𝐋𝐚𝐭𝐜𝐡𝐤𝐞𝐲',
    'Lаtсhkеy',
    'LATCHΚEY',
    'Latchkey®',
    'Latchkey Support',
    'ʟᴀᴛᴄʜᴋᴇʏ',
    'ӏатснкеу',
    '🅻🅰🆃🅲🅷🅺🅴🆈',
    '🅛🅐🅣🅒🅗🅚🅔🅨',
    '🇱🇦🇹🇨🇭🇰🇪🇾',
    'L@tchk3y',
    'L4tchk€y',
    'Lat©hkey',
    'Łⱥŧcħĸɇɏ',
    'ꮮꭺꭲꮯꮋꮶꭼꮍ',
    'The official latchkey-login',
    'auth.example.com',
    'auth example com',
    'ing',
    'ING Bank',
    '1NG',
  ])('is not %s', (name) => {
    expect(passesForProtected(name, kept)).toBe(true);
  });

  it.each([
    'Latch',
    'Key',
    'Banking',
    'Reports',
    'Singing',
    'example.com',
    '財務部',
    '🔑',
    'Area 51',
    'P4 € 3',
    'Q3 figures',
  ])('%s is another one', (name) => {
    expect(passesForProtected(name, kept)).toBe(false);
  });
});
