// In which language does the page speak now?
import type { Names } from '../drawing/scene';
import { directionOf, sayIn, type Language, type Values } from './languages';
import type { Key } from './en';
import * as times from './times';

/** The page's voice: every text of the frame goes through it, so that a change of language changes all of it. */
export class Speech {
  language = $state<Language>('en');
  /** IANA name of the zone in which local times are told. */
  zone = $state('UTC');

  readonly say = (key: Key, values?: Values): string => sayIn(this.language, key, values);

  get direction(): 'ltr' | 'rtl' {
    return directionOf(this.language);
  }

  get zoneName(): string {
    return times.zoneText(this.zone, this.language);
  }

  /** The name in the page's language, else the English one. */
  readonly name = (names: Names): string => names[this.language] ?? names.en;

  /** Local hours and minutes of an instant given as the centre writes it; "unknown" without one. */
  readonly clock = (at: string | number | null | undefined): string =>
    at === null || at === undefined ? this.say('unknown_value') : times.clockText(instant(at), this.zone);

  readonly date = (at: string | number): string => times.dateText(instant(at), this.zone, this.language);

  /** "45 s", "12 min", "1 h 27 min". */
  readonly span = (seconds: number): string => {
    const told = times.spanParts(seconds);
    if ('hours' in told) return this.say('hours_minutes', told);
    if ('minutes' in told) return this.say('minutes_value', { n: told.minutes });
    return this.say('seconds_value', { n: told.seconds });
  };

  /** "km 149.2", or that it is unknown. */
  readonly km = (chainage_m: number | null | undefined): string =>
    chainage_m === null || chainage_m === undefined
      ? this.say('unknown_value')
      : this.say('km_value', { value: times.kilometreText(chainage_m) });

  readonly stretch = (from_m: number, to_m: number): string =>
    this.say('km_value', { value: `${times.kilometreText(from_m)}–${times.kilometreText(to_m)}` });
}

function instant(at: string | number): number {
  return typeof at === 'number' ? at : Date.parse(at);
}
