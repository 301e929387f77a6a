/** What forms say wherever they stand: that they came back, were overtaken, or want a name typed. */
export const forms = {
  cameBack: 'Your session had ended. What you typed is back; check it and save.',
  typeToConfirm: 'To confirm, type “{name}”',
  typedOther: 'This is not it. Type “{name}” as it stands above.',
  overtakenApp: 'Someone else has changed this app since you opened the page. Nothing has been saved yet.',
  overtakenApi: 'Someone else has changed this API since you opened the page. Nothing has been saved yet.',
  compareAndSave: 'What you typed is below: compare it, and save again to put it in force.',
  noDifference: 'What is saved now is the same as what you typed.',
  differences: 'What is saved now differs here: {list}.',
  difference: '{label}: {value}',
  differenceValue: '“{value}”',
  differenceNothing: 'nothing',
  addScope: 'Add a scope',
} as const;
