import type { Application, Feature } from '../pbx/index.ts';
import { conferenceEvent } from './conference/roster.ts';
import { menuTo } from './ivr/menu-to.ts';
import { regEvent } from './reg-event/reg-event.ts';

export { announcement } from './announcement/announcement.ts';
export { forward } from './forward/forward.ts';
export { conference } from './conference/conference.ts';
export { echo } from './echo/echo.ts';
export { type Choice, ivr } from './ivr/ivr.ts';
export { menuTo } from './ivr/menu-to.ts';
export { type Lot, lotOf } from './parking/lot.ts';
export { parking, type ParkingOptions } from './parking/parking.ts';
export { music } from './music/music.ts';

/** Those that every exchange has, whatever its configuration. */
export const standing: readonly Feature[] = [regEvent, conferenceEvent];

/** What every configuration can run by name. */
export const APPLICATIONS: Readonly<Record<string, Application<never, unknown>>> = { menu: menuTo };
