import type { SomeTexts } from '../../complete.ts';
import type { signIn as english } from '../../en/people/signIn.ts';

export const signIn: SomeTexts<typeof english> = {
  title: 'تسجيل الدخول',
  toContinue: 'للمتابعة إلى {app}',
  email: 'البريد الإلكتروني',
  password: 'كلمة المرور',
  cancel: 'إلغاء والعودة',
  wrong: 'البريد الإلكتروني وكلمة المرور غير متطابقين. تحقق منهما وحاول مرة أخرى.',
  unverified: 'غير موثّق.',
  welcomeTitle: 'الرئيسية',
  welcome: 'تسجيل دخول واحد لتطبيقاتك',
  welcomeLead: 'استخدم حسابًا واحدًا في كل مكان، وقرّر ما يُسمح لكل تطبيق.',
  forDevelopers: 'للمطورين',
  signOut: 'تسجيل الخروج',
  signingOut: 'جارٍ تسجيل الخروج …',
  signOutOf: 'تسجيل الخروج من {brand}؟',
  stay: 'البقاء مسجلاً',
  signedOut: 'تم تسجيل الخروج',
  youAreSignedOut: 'لقد سجّلت خروجك',
  closePage: 'يمكنك إغلاق هذه الصفحة.',
};
