import type { SomeTexts } from '../../complete.ts';
import type { errors as english } from '../../en/people/errors.ts';

export const errors: SomeTexts<typeof english> = {
  not_found: 'لا يوجد شيء في هذا العنوان.',
  not_found_hint: 'تحقق من العنوان أو ابدأ من الصفحة الرئيسية.',
  sign_in_expired: 'انتهت صلاحية تسجيل الدخول هذا أو بدأ في متصفح آخر.',
  sign_in_expired_hint: 'عد إلى التطبيق وسجّل الدخول مرة أخرى.',
  server_error: 'حدث خطأ لدينا.',
  server_error_hint: 'حاول مرة أخرى.',
  unavailable: 'لا يمكن للخادم الرد الآن.',
  unavailable_hint: 'حاول مرة أخرى بعد ثوانٍ.',
  something: 'حدث خطأ ما',
  didNotWork: 'لم ينجح ذلك',
  code: 'الخطأ',
  home: 'إلى الصفحة الرئيسية',
};
