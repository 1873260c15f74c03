import { story } from '../testing/index.ts';
import { SHOWN } from './shown.ts';

for (const { title, act } of SHOWN) story(`What displays show: ${title}`, act);
