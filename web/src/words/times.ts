// How are instants, dates and numbers written: UTC beside a named local time, Gregorian beside Hijri, Latin digits?
import type { Language } from './languages';

const MONTHS: Record<Language, readonly string[]> = {
  en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  ar: [
    'كانون الثاني',
    'شباط',
    'آذار',
    'نيسان',
    'أيار',
    'حزيران',
    'تموز',
    'آب',
    'أيلول',
    'تشرين الأول',
    'تشرين الثاني',
    'كانون الأول',
  ],
  ckb: [
    'کانوونی دووەم',
    'شوبات',
    'ئازار',
    'نیسان',
    'ئایار',
    'حوزەیران',
    'تەممووز',
    'ئاب',
    'ئەیلوول',
    'تشرینی یەکەم',
    'تشرینی دووەم',
    'کانوونی یەکەم',
  ],
};

const HIJRI_MONTHS: Record<Language, readonly string[]> = {
  en: [
    'Muharram',
    'Safar',
    'Rabiʿ I',
    'Rabiʿ II',
    'Jumada I',
    'Jumada II',
    'Rajab',
    'Shaʿban',
    'Ramadan',
    'Shawwal',
    'Dhu l-Qaʿda',
    'Dhu l-Hijja',
  ],
  ar: [
    'محرم',
    'صفر',
    'ربيع الأول',
    'ربيع الآخر',
    'جمادى الأولى',
    'جمادى الآخرة',
    'رجب',
    'شعبان',
    'رمضان',
    'شوال',
    'ذو القعدة',
    'ذو الحجة',
  ],
  ckb: [
    'موحەڕڕەم',
    'سەفەر',
    'ڕەبیعی یەکەم',
    'ڕەبیعی دووەم',
    'جومادای یەکەم',
    'جومادای دووەم',
    'ڕەجەب',
    'شەعبان',
    'ڕەمەزان',
    'شەوواڵ',
    'زولقەعدە',
    'زولحیججە',
  ],
};

const ZONES: Record<string, Record<Language, string>> = {
  'Asia/Baghdad': { en: 'Baghdad', ar: 'بغداد', ckb: 'بەغدا' },
  'Asia/Damascus': { en: 'Damascus', ar: 'دمشق', ckb: 'دیمەشق' },
};

function parts(
  ms: number,
  zone: string,
  options: Intl.DateTimeFormatOptions,
  locale = 'en-GB',
): Map<string, string> {
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  return new Map(format.formatToParts(ms).map((part) => [part.type, part.value]));
}

/** Hours and minutes in a zone, "22:41"; with seconds if wanted. */
export function clockText(ms: number, zone: string, seconds = false): string {
  const read = parts(ms, zone, {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const minutes = `${read.get('hour')}:${read.get('minute')}`;
  return seconds ? `${minutes}:${read.get('second')}` : minutes;
}

/** Hours and minutes as a person writes them: "18:04", "1804", "7:30". */
export const CLOCK_PATTERN = '([01]?[0-9]|2[0-3]):?[0-5][0-9]';

/**
 * The instant nearest to now at which a clock in the zone shows what a person wrote, unix milliseconds; null for what
 * is no time. Just after midnight "23:50" is ten minutes ago, and not tonight.
 */
export function clockRead(text: string, now_ms: number, zone: string): number | null {
  const match = new RegExp(`^${CLOCK_PATTERN}$`).exec(text.trim());
  if (match === null) return null;
  const digits = match[0].replace(':', '').padStart(4, '0');
  const [hour, minute] = clockText(now_ms, zone).split(':').map(Number) as [number, number];
  const later = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)) - (hour * 60 + minute);
  const nearest = later > 720 ? later - 1440 : later <= -720 ? later + 1440 : later;
  return Math.floor(now_ms / 60_000) * 60_000 + nearest * 60_000;
}

/** The next instant at which a clock in the zone shows what a person wrote, at most a day ahead; null for no time. */
export function laterToday(text: string, now_ms: number, zone: string): number | null {
  const nearest = clockRead(text, now_ms, zone);
  if (nearest === null) return null;
  return nearest > now_ms ? nearest : nearest + 24 * 3_600_000;
}

/** The day in a zone, "17 Mar 2021". */
export function dateText(ms: number, zone: string, language: Language): string {
  const read = parts(ms, zone, { day: 'numeric', month: 'numeric', year: 'numeric' });
  return `${read.get('day')} ${MONTHS[language][Number(read.get('month')) - 1]} ${read.get('year')}`;
}

/** The same day in the Umm al-Qura calendar, "4 Shaʿban 1442". */
export function hijriText(ms: number, zone: string, language: Language): string {
  const options = { day: 'numeric', month: 'numeric', year: 'numeric' } as const;
  const read = parts(ms, zone, options, 'en-u-ca-islamic-umalqura-nu-latn');
  return `${read.get('day')} ${HIJRI_MONTHS[language][Number(read.get('month')) - 1]} ${read.get('year')}`;
}

/** The name of a time zone's city in a language; "Asia/Baghdad" without a translation is "Baghdad". */
export function zoneText(zone: string, language: Language): string {
  return ZONES[zone]?.[language] ?? (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A number with so many decimals and no grouping, in Latin digits: what is said on the radio. */
export function numberText(value: number, decimals = 0): string {
  return value.toFixed(decimals).replace(/^-(0(?:\.0+)?)$/, '$1');
}

/** A span of time as parts that a person would say: seconds up to two minutes, then minutes, then hours and minutes. */
export function spanParts(
  seconds: number,
): { seconds: number } | { minutes: number } | { hours: number; minutes: number } {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 120) return { seconds: whole };
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? { minutes } : { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

/** Chainage in kilometres with one decimal, "149.2". */
export function kilometreText(chainage_m: number): string {
  return numberText(chainage_m / 1000, 1);
}
