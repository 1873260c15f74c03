export { startWatchdog, type Watchdog } from './watchdog.ts';
