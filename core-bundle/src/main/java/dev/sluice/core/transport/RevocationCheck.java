package dev.sluice.core.transport;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.PKIXCertPathChecker;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Holds the certificates of a client's chain against revocation lists from a file. The JDK's own check demands a list of
 * every authority in the chain; here an authority without one revokes nothing, as with GnuTLS. Where there is a list it
 * counts, and one that is out of date lets nobody in.
 */
final class RevocationCheck extends PKIXCertPathChecker {
    private final List<X509CRL> lists;
    private final Supplier<Date> now;
    private final Collection<X509Certificate> roots;
    /** The certificate above the next one; null before the first, whose issuer is a root. One path at a time. */
    private X509Certificate above;

    RevocationCheck(List<X509CRL> lists, Collection<X509Certificate> roots, Supplier<Date> now) {
        this.lists = lists;
        this.roots = roots;
        this.now = now;
    }

    @Override
    public void init(boolean forward) throws CertPathValidatorException {
        if (forward) {
            throw new CertPathValidatorException("revocation is checked from the root to the client");
        }
        above = null;
    }

    @Override
    public boolean isForwardCheckingSupported() {
        return false;
    }

    @Override
    public Set<String> getSupportedExtensions() {
        return null;
    }

    @Override
    public void check(Certificate certificate, Collection<String> unresolvedCritExts) throws CertPathValidatorException {
        X509Certificate checked = (X509Certificate) certificate;
        boolean current = false;
        boolean any = false;
        for (X509CRL list : lists) {
            if (!list.getIssuerX500Principal().equals(checked.getIssuerX500Principal()) || !isSigned(list)) {
                continue;
            }
            if (list.isRevoked(checked)) {
                throw refusal("the certificate " + checked.getSubjectX500Principal() + " is revoked", BasicReason.REVOKED);
            }
            any = true;
            current |= isCurrent(list);
        }
        if (any && !current) {
            throw refusal("the revocation list of " + checked.getIssuerX500Principal() + " is out of date",
                    BasicReason.UNDETERMINED_REVOCATION_STATUS);
        }
        above = checked;
    }

    private boolean isCurrent(X509CRL list) {
        Date time = now.get();
        return !time.before(list.getThisUpdate()) && (list.getNextUpdate() == null || time.before(list.getNextUpdate()));
    }

    /** By the authority itself: a list that anybody wrote must neither revoke nor make believe that all is well. */
    private boolean isSigned(X509CRL list) {
        if (above != null) {
            return isSigned(list, above.getPublicKey());
        }
        return roots.stream().filter(root -> root.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
                .anyMatch(root -> isSigned(list, root.getPublicKey()));
    }

    static boolean isSigned(X509CRL list, PublicKey key) {
        try {
            list.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static CertPathValidatorException refusal(String text, BasicReason reason) {
        return new CertPathValidatorException(text, null, null, -1, reason);
    }

    @Override
    public RevocationCheck clone() {
        RevocationCheck copy = (RevocationCheck) super.clone();
        copy.above = null;
        return copy;
    }
}
