import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who answers about certificates in tests: an authority with the program `openssl`. */
export class OcspResponder {
  readonly issuer: string;
  #serial = 0x1233;

  constructor(private readonly folder: string) {
    this.#run('req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem', [
      '-subj',
      '/C=DE/O=Tests/CN=OCSP CA',
    ]);
    this.issuer = this.#read('ca.pem').toString('latin1');
  }

  #run(line: string, more: readonly string[] = []): void {
    execFileSync('openssl', [...line.split(' '), ...more], { cwd: this.folder, stdio: 'ignore' });
  }

  #read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }

  /** @returns certificate and key, PEM */
  certify(name: string): { readonly certificate: string; readonly key: string } {
    this.#serial++;
    this.#run(`req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.csr`, [
      '-subj',
      `/CN=${name}`,
    ]);
    const signing = `-CA ca.pem -CAkey ca.key -set_serial ${this.#serial} -days 30`;
    this.#run(`x509 -req -in ${name}.csr -out ${name}.crt ${signing}`);
    writeFileSync(join(this.folder, `${name}.serial`), this.#serial.toString(16).toUpperCase());
    const [certificate, key] = ['crt', 'key'].map((part) => this.#read(`${name}.${part}`).toString('latin1'));
    return { certificate, key };
  }

  /** An answer about it, DER. @param options of `openssl ocsp`: without `-ndays` it never ends */
  answer(name: string, status: 'V' | 'R', options: string): Buffer {
    const revoked = status === 'R' ? '261101000000Z,keyCompromise' : '';
    const serial = this.#read(`${name}.serial`).toString('latin1');
    writeFileSync(join(this.folder, 'index'), `${status}\t491126000000Z\t${revoked}\t${serial}\tunknown\t/CN=x\n`);
    this.#run(`ocsp -issuer ca.pem -cert ${name}.crt -no_nonce -reqout request`);
    const responder = '-index index -rsigner ca.pem -rkey ca.key -CA ca.pem';
    this.#run(`ocsp ${responder} -reqin request -respout response ${options}`.trim());
    return this.#read('response');
  }
}

/** The same answer with another time in the place of one of its times, counted from 0; its signature is broken. */
export function retimed(answer: Buffer, index: number, time: string): Buffer {
  const found = [...answer.toString('latin1').matchAll(/\d{14}Z/g)][index];
  const changed = Buffer.from(answer);
  changed.write(time, found.index, 'latin1');
  return changed;
}
