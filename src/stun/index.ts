export { bindingRequest, bindingResponse, mappedIn, type StunSource } from './binding.ts';
