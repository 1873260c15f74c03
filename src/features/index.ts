export { announcement } from './announcement/announcement.ts';
export { echo } from './echo/echo.ts';
export { music } from './music/music.ts';
export { regEvent } from './reg-event/reg-event.ts';
