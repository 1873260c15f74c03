export { type Certificate, type CertificateFiles, openCertificate } from './certificate.ts';
