import type { SomeTexts } from '../../complete.ts';
import type { shell as english } from '../../en/shared/shell.ts';

export const shell: SomeTexts<typeof english> = {
  skip: 'انتقل إلى المحتوى',
  menu: 'القائمة',
  closeMenu: 'أغلق القائمة',
  sections: 'الأقسام',
  help: 'المساعدة',
  home: 'الرئيسية',
  apps: 'التطبيقات',
  apis: 'واجهات API',
  approvals: 'الموافقات',
  teams: 'الفرق',
  inspector: 'فحص الرموز',
  operator: 'التشغيل',
  signedInAs: 'تم تسجيل الدخول باسم',
  colors: 'الألوان',
  system: 'النظام',
  light: 'فاتح',
  dark: 'داكن',
  signOut: 'تسجيل الخروج',
  language: 'اللغة',
  languageAndTime: 'اللغة والوقت',
  timeZone: 'المنطقة الزمنية',
  save: 'حفظ',
};
