export const purposes = {
  machine: 'Machine',
  machineSentence: 'A program that calls APIs on its own behalf, such as a dashboard’s backend or a nightly job.',
  web: 'Web app',
  webSentence: 'A site with a server of its own, where people sign in and the server keeps the tokens.',
  spa: 'Single-page app',
  spaSentence: 'A site that runs in the browser alone, where people sign in and no secret can be kept.',
  native: 'Native app',
  nativeSentence: 'A program on a phone or a computer, where people sign in through their browser.',
  device: 'Device',
  deviceSentence: 'A program on something without a browser or a keyboard, where people enter a code on their phone.',
} as const;
