#!/bin/bash
# Makes the certificates of the tests in this directory anew; they are valid until 2126, but for the expired one.
# Needs openssl 3. None of the keys guards anything.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
LONG=36500

root() { # file name
    openssl req -x509 -newkey rsa:2048 -nodes -days $LONG -subj "/CN=$2" -keyout "$work/$1.key" -out "$1.pem" \
        -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
}

leaf() { # file subject authority key-options extensions [x509-options]
    # shellcheck disable=SC2086
    openssl req -new $4 -nodes -subj "$2" -keyout "$1-key.pem" -out "$work/csr" 2> /dev/null
    printf '%s\n' "$5" > "$work/ext"
    # shellcheck disable=SC2086
    openssl x509 -req -in "$work/csr" -CA "$3.pem" -CAkey "$work/$3.key" -CAcreateserial -CAserial "$work/serial" \
        -extfile "$work/ext" ${6:--days $LONG} -out "$1-cert.pem" 2> /dev/null
}

root root 'Sluice test root'
root stranger 'A stranger'
leaf server /CN=localhost root '-newkey rsa:2048' 'subjectAltName=DNS:localhost,IP:127.0.0.1'
leaf server-ec /CN=localhost root '-newkey ec -pkeyopt ec_paramgen_curve:P-256' 'subjectAltName=DNS:localhost'
leaf client '/O=Example/CN=alice' root '-newkey ec -pkeyopt ec_paramgen_curve:P-256' \
    'subjectAltName=DNS:alice.example,email:alice@example.org,URI:spiffe://example/alice,IP:192.0.2.1'
leaf revoked /CN=mallory root '-newkey ec -pkeyopt ec_paramgen_curve:P-256' basicConstraints=CA:FALSE
leaf other /CN=alice stranger '-newkey ec -pkeyopt ec_paramgen_curve:P-256' basicConstraints=CA:FALSE
# made again below, with a time that is over
leaf expired /CN=bygone root '-newkey ec -pkeyopt ec_paramgen_curve:P-256' basicConstraints=CA:FALSE '-days 1'
touch "$work/index" && echo 01 > "$work/number"
cat > "$work/ca.cnf" <<C
[ca]
default_ca = d
[d]
database = $work/index
crlnumber = $work/number
default_md = sha256
default_crl_days = $LONG
serial = $work/serial
new_certs_dir = $work
policy = p
[p]
commonName = supplied
C
openssl ca -config "$work/ca.cnf" -in "$work/csr" -cert root.pem -keyfile "$work/root.key" -startdate 20200101000000Z \
    -enddate 20200201000000Z -batch -notext -out expired-cert.pem 2> /dev/null
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile "$work/root.key" -revoke revoked-cert.pem 2> /dev/null
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile "$work/root.key" -gencrl -out crl.pem 2> /dev/null
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile "$work/root.key" -gencrl -crl_lastupdate 20200101000000Z \
    -crl_nextupdate 20200201000000Z -out old-crl.pem 2> /dev/null
openssl ca -config "$work/ca.cnf" -cert root.pem -keyfile "$work/stranger.key" -gencrl -out forged-crl.pem 2> /dev/null || {
    # openssl wants the key to fit: sign in the root's name with a certificate that only looks like it
    openssl req -x509 -key "$work/stranger.key" -days $LONG -subj '/CN=Sluice test root' -out "$work/false.pem" 2> /dev/null
    openssl ca -config "$work/ca.cnf" -cert "$work/false.pem" -keyfile "$work/stranger.key" -gencrl -out forged-crl.pem 2> /dev/null
}
openssl rsa -in server-key.pem -traditional -out server-pkcs1-key.pem 2> /dev/null
openssl pkey -in server-ec-key.pem -traditional -out server-sec1-key.pem 2> /dev/null
{ openssl ecparam -name prime256v1; cat server-sec1-key.pem; } > server-sec1-with-parameters-key.pem
openssl pkey -in server-key.pem -aes128 -passout pass:secret -out server-encrypted-key.pem
openssl rsa -in server-key.pem -traditional -aes128 -passout pass:secret -out server-encrypted-pkcs1-key.pem 2> /dev/null
openssl genpkey -algorithm ed25519 -out server-ed25519-key.pem
