// Draws each .d2 file of this folder, or those named, as an .svg file beside it. The .svg begins with the SHA-256 of its source, which
// PicturesTest compares, so that no picture is older than its source.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { D2 } from '@d2lang/d2';

const folder = new URL('.', import.meta.url);
const style = readFileSync(new URL('style.d2', folder), 'utf8');
const all = readdirSync(folder).filter((file) => file.endsWith('.d2') && file !== 'style.d2');
const named = process.argv.slice(2);
const d2 = new D2();
for (const name of named.length > 0 ? named : all) {
  const source = style + readFileSync(new URL(name, folder), 'utf8');
  const { diagram, renderOptions } = await d2.compile(source);
  const svg = await d2.render(diagram, { ...renderOptions, noXMLTag: true, salt: name });
  const hash = createHash('sha256').update(source).digest('hex');
  const file = name.replace('.d2', '.svg');
  writeFileSync(new URL(file, folder), `<!-- Drawn from ${name}: ${hash} -->\n${svg}\n`);
  console.log(`${file}: ${svg.length} bytes`);
}
process.exit(0);
