export { notOf, type Verifying, verifying } from './identity.ts';
export { type Certificate, type CertificateFiles, openCertificate } from './certificate.ts';
