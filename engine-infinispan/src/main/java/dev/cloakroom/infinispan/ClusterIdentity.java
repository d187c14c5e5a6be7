package dev.cloakroom.infinispan;

import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** What the nodes of a cluster know each other by: a secret that all of them have, as one end of a TLS connection. */
/*
 * TLS of the JDK knows no pre-shared keys. So the secret becomes a key pair, the same on every node (HKDF of RFC 5869,
 * then FIPS 186-5 A.2.1: more random bits than the group's order has, reduced), and each node makes itself a
 * certificate for it. Both ends of every connection must show a certificate with that public key and prove that they
 * have the private one; nothing else about it matters, neither name nor dates. TLS 1.3 agrees on fresh keys for each
 * connection, so the secret does not decrypt traffic that was recorded before it was stolen.
 */
final class ClusterIdentity {

    /** How many bytes a secret has at least. */
    static final int MINIMUM_SECRET = 32;

    private static final byte[] SALT = "dev.cloakroom.infinispan".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PURPOSE = "cluster key pair, P-256, 1".getBytes(StandardCharsets.US_ASCII);
    private static final int SCALAR_BYTES = 40;
    private static final String ALIAS = "cluster";

    private final PrivateKey privateKey;
    private final X509Certificate certificate;
    private volatile @Nullable String nodeWithOtherSecret;

    private ClusterIdentity(PrivateKey privateKey, X509Certificate certificate) {
        this.privateKey = privateKey;
        this.certificate = certificate;
    }

    static ClusterIdentity of(byte[] secret) {
        X9ECParameters curve = CustomNamedCurves.getByName("P-256");
        BigInteger scalar = new BigInteger(1, hkdf(secret))
                .mod(curve.getN().subtract(BigInteger.ONE))
                .add(BigInteger.ONE);
        ECPoint point = curve.getG().multiply(scalar).normalize();
        try {
            ECParameterSpec p256 = p256();
            KeyFactory factory = KeyFactory.getInstance("EC");
            PrivateKey privateKey = factory.generatePrivate(new ECPrivateKeySpec(scalar, p256));
            PublicKey publicKey = factory.generatePublic(new ECPublicKeySpec(
                    new java.security.spec.ECPoint(
                            point.getAffineXCoord().toBigInteger(),
                            point.getAffineYCoord().toBigInteger()),
                    p256));
            return new ClusterIdentity(privateKey, certify(privateKey, publicKey));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("this JDK cannot make a certificate", e);
        }
    }

    private static byte[] hkdf(byte[] secret) {
        HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
        generator.init(new HKDFParameters(secret, SALT, PURPOSE));
        byte[] out = new byte[SCALAR_BYTES];
        generator.generateBytes(out, 0, out.length);
        return out;
    }

    private static ECParameterSpec p256() throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static X509Certificate certify(PrivateKey privateKey, PublicKey publicKey)
            throws GeneralSecurityException, OperatorCreationException {
        X500Name name = new X500Name("CN=Cloakroom cluster");
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.ONE,
                Date.from(Instant.EPOCH),
                Date.from(Instant.parse("9999-12-31T23:59:59Z")),
                name,
                publicKey);
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(privateKey)));
    }

    /**
     * Returns the address of a node of this kind that this node connected to and that has another secret, or null. A
     * connection to this node proves nothing: a stranger can make one.
     */
    @Nullable
    String nodeWithOtherSecret() {
        return nodeWithOtherSecret;
    }

    /** Returns what shows this end's certificate. */
    KeyManager[] keyManagers() {
        return new KeyManager[] {new Self()};
    }

    /** Returns what makes connections both ends of which prove that they have the secret. */
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keyManagers(), new TrustManager[] {new SameSecret()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS 1.3", e);
        }
    }

    private void requireSame(X509Certificate[] chain) throws CertificateException {
        if (!hasSameKey(chain)) {
            throw new CertificateException("not a node with this cluster key");
        }
    }

    private boolean hasSameKey(X509Certificate[] chain) {
        return MessageDigest.isEqual(
                chain[0].getPublicKey().getEncoded(), certificate.getPublicKey().getEncoded());
    }

    private void requireSameOfServer(X509Certificate[] chain, @Nullable Socket socket) throws CertificateException {
        boolean node = chain[0].getSubjectX500Principal().equals(certificate.getSubjectX500Principal());
        if (node && socket != null && !hasSameKey(chain)) {
            nodeWithOtherSecret = socket.getInetAddress().getHostAddress() + ":" + socket.getPort();
        }
        requireSame(chain);
    }

    /** Trusts those that have the same key. */
    private final class SameSecret extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            requireSame(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            requireSame(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            requireSame(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            requireSame(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable Socket socket)
                throws CertificateException {
            requireSameOfServer(chain, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, @Nullable SSLEngine engine)
                throws CertificateException {
            requireSame(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Shows the one certificate there is. */
    private final class Self extends X509ExtendedKeyManager {

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return privateKey;
        }
    }
}
