package dev.sluice.core.transport;

import dev.sluice.api.TlsIdentity;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;

/** Reads from a TLS session who the client is. */
final class TlsIdentities {
    /** Types of SubjectAlternativeName that are text (RFC 5280, 4.2.1.6), with the words for them here. */
    private static final Map<Integer, String> ALT_NAMES = Map.of(1, "email:", 2, "dns:", 6, "uri:", 7, "ip:");
    /** Without a name the JDK writes these as hex, which nobody could match. */
    private static final Map<String, String> ATTRIBUTES = Map.of("1.2.840.113549.1.9.1", "EMAIL", "2.5.4.5", "serialNumber");

    private TlsIdentities() {
    }

    static TlsIdentity of(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate ? of(certificate) : TlsIdentity.NOBODY;
        } catch (SSLPeerUnverifiedException none) {
            return ofKey(session);
        }
    }

    private static TlsIdentity ofKey(SSLSession session) {
        try {
            return TlsIdentity.ofKey(session.getPeerPrincipal().getName());
        } catch (SSLPeerUnverifiedException e) {
            return TlsIdentity.NOBODY;
        }
    }

    private static TlsIdentity of(X509Certificate certificate) {
        return new TlsIdentity(Optional.of(text(certificate.getSubjectX500Principal())),
                Optional.of(text(certificate.getIssuerX500Principal())), altNames(certificate), Optional.empty());
    }

    private static String text(X500Principal name) {
        return name.getName(X500Principal.RFC2253, ATTRIBUTES);
    }

    private static List<String> altNames(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> name : all == null ? List.<List<?>>of() : all) {
                String word = ALT_NAMES.get((Integer) name.get(0));
                if (word != null && name.get(1) instanceof String text) {
                    names.add(word + text);
                }
            }
        } catch (CertificateParsingException e) {
            // Who can't be understood is given no name that a rule could allow.
            return List.of();
        }
        return names;
    }
}
