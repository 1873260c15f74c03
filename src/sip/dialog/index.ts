export {
  confirmByResponse,
  type Dialog,
  dialogId,
  inOrder,
  nameLocal,
  refreshTarget,
  uacDialog,
  uasDialog,
} from './dialog.ts';
export { ackIn, override, requestIn } from './request.ts';
export { nextHop, type Routed, routed } from './route.ts';
export { type DialogEntry, DialogTable, type Usage } from './table.ts';
