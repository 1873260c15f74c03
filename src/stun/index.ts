export { bindingResponse, type StunSource } from './binding.ts';
