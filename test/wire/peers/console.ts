import { type Browser, chromium, type Page } from 'playwright-core';
import { until, type Witness } from './until.ts';

const CHROMIUM = '/usr/bin/chromium';
const WITHIN = 10_000;

export interface ConsoleOptions {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
}

/** A person before the web console, in Debian's Chromium. */
export class Console implements Witness {
  readonly page: Page;
  readonly #browser: Browser;
  /** What no page of ours may do: scripts that fail, what the policy forbids, dialogs. */
  readonly mishaps: string[] = [];
  /** Where it has asked for anything. */
  readonly origins = new Set<string>();
  #seen = '';

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.setDefaultTimeout(WITHIN);
    page.on('pageerror', (error) => this.mishaps.push(error.message));
    page.on('dialog', (dialog) => {
      this.mishaps.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      const policy = /Content.Security.Policy|Trusted/.test(message.text());
      if (policy) this.mishaps.push(message.text());
    });
    page.on('request', (request) => this.origins.add(new URL(request.url()).origin));
  }

  static async open(
    url: string,
    { scheme = 'light', width = 1280, height = 900 }: ConsoleOptions = {},
  ): Promise<Console> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale: 'en-GB',
      timezoneId: 'UTC',
      serviceWorkers: 'block',
    });
    const console = new Console(browser, await context.newPage());
    await console.page.goto(url);
    return console;
  }

  /** Waits until the page (or the part of it that fits the selector) says this. */
  async says(what: string | RegExp, selector = 'body', within = WITHIN): Promise<void> {
    const look = async () => {
      this.#seen = await this.#text(selector);
      return typeof what === 'string' ? this.#seen.includes(what) : what.test(this.#seen);
    };
    await until(`“${what}” on the page`, look, within, () => this.#seen);
  }

  /** Waits until it says this no more. */
  async saysNoMore(what: string, selector = 'body'): Promise<void> {
    const look = async () => !(await this.#text(selector)).includes(what);
    await until(`no “${what}” on the page`, look, WITHIN, () => this.#seen);
  }

  /** Presses the button of that name. */
  async press(name: string, selector = 'body'): Promise<void> {
    await this.page.locator(selector).getByRole('button', { name, exact: true }).first().click();
  }

  /** Goes to one of the pages. */
  async turnTo(title: string): Promise<void> {
    await this.page
      .getByRole('navigation')
      .getByRole('link', { name: new RegExp(`^${title}`) })
      .click();
  }

  testimony(): string {
    return [`the page at ${this.page.url().replace(/token=.*/, 'token=…')}:`, this.#seen, ...this.mishaps].join('\n');
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async #text(selector: string): Promise<string> {
    const texts = await this.page.locator(selector).allInnerTexts();
    return texts.join('\n');
  }
}
