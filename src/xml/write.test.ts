import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../kernel/index.ts';
import { document, xml } from './index.ts';

test('what is put in is escaped, in text and in attributes', () => {
  const evil = `"/><evil a='&'>`;
  assert.equal(
    xml`<a b="${evil}">${evil}</a>`.xml,
    '<a b="&quot;/&gt;&lt;evil a=&apos;&amp;&apos;&gt;">&quot;/&gt;&lt;evil a=&apos;&amp;&apos;&gt;</a>',
  );
});

test('fragments stand as they are, alone or several; undefined is nothing; numbers are numbers', () => {
  const items = ['<1>', '2'].map((item) => xml`<i>${item}</i>`);
  assert.equal(
    xml`<l n="${2}">${items}${undefined}${xml`<end/>`}</l>`.xml,
    '<l n="2"><i>&lt;1&gt;</i><i>2</i><end/></l>',
  );
});

test('a document is UTF-8 with its declaration', () => {
  assert.equal(
    utf8(document(xml`<a>${'Jürgen 📞'}</a>`)),
    '<?xml version="1.0" encoding="UTF-8"?>\n<a>Jürgen 📞</a>\n',
  );
});

test('no text breaks out, and only characters that XML 1.0 allows are left (§2.2)', () => {
  const character = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u0000', '\ud800', '\uffff', '\r', ']]>', '&#0;'),
  );
  fc.assert(
    fc.property(fc.array(character), (pieces) => {
      const { xml: text } = xml`<a b="${pieces.join('')}"/>`;
      const inside = text.slice('<a b="'.length, -'"/>'.length);
      assert.doesNotMatch(inside, /[<>"']|&(?!(amp|lt|gt|quot|apos|#9|#10|#13);)/);
      assert.match(inside, /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
    }),
  );
});
