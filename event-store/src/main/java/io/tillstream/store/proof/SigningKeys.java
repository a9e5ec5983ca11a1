package io.tillstream.store.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tillstream.store.MasterKey;
import io.tillstream.store.Secrets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The Ed25519 keys that tree heads are signed with. The newest signs. The private part is a secret under the master key. The
 * public part carries a keyed hash, so that nobody who only has the database can pass off a key of his own.
 */
final class SigningKeys {
    private static final String ALGORITHM = "Ed25519";
    private static final String PURPOSE = "tree head key";

    /** The DER that goes before the 32 bytes of a public key (RFC 8410). */
    private static final byte[] DER = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final HexFormat HEX = HexFormat.of();

    /** A key that signs. Both parts but the private one in hex. */
    static final class Signer {
        private final String id;
        private final String publicKey;
        private final PrivateKey privateKey;

        private Signer(String id, String publicKey, PrivateKey privateKey) {
            this.id = id;
            this.publicKey = publicKey;
            this.privateKey = privateKey;
        }

        SignedHead sign(long size, long lastPosition, byte[] root, String time) {
            String hex = HEX.formatHex(root);
            try {
                Signature signature = Signature.getInstance(ALGORITHM);
                signature.initSign(privateKey);
                signature.update(
                        SignedHead.text(size, lastPosition, hex, time, id).getBytes(UTF_8));
                return new SignedHead(size, lastPosition, hex, time, id, publicKey, HEX.formatHex(signature.sign()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Signing failed", e);
            }
        }
    }

    /** A stored key: what names its secret is its private part. */
    record Row(String id, String publicKey, UUID secret) {}

    private SigningKeys() {}

    /** The newest key; made when there is none. To be called by one at a time, in a transaction. */
    static Signer current(JdbcClient jdbc, MasterKey master, Instant now) {
        Secrets secrets = new Secrets(jdbc, master);
        Optional<Row> newest = jdbc.sql(
                        "select id, public_key, secret_id from signing_keys order by created_at desc, id limit 1")
                .query((rs, n) ->
                        new Row(rs.getString("id"), rs.getString("public_key"), rs.getObject("secret_id", UUID.class)))
                .optional();
        Row row = newest.orElseGet(() -> make(jdbc, master, now));
        String secret = secrets.get(row.secret())
                .orElseThrow(() -> new IllegalStateException("The secret of signing key " + row.id() + " is gone"));
        return new Signer(row.id(), row.publicKey(), privateKey(secret));
    }

    static Row make(JdbcClient jdbc, MasterKey master, Instant now) {
        KeyPair pair;
        try {
            pair = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has Ed25519", e);
        }
        byte[] encoded = pair.getPublic().getEncoded();
        byte[] key = Arrays.copyOfRange(encoded, DER.length, encoded.length);
        Row row = new Row(id(key), HEX.formatHex(key), UUID.randomUUID());
        new Secrets(jdbc, master)
                .put(
                        row.secret(),
                        Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded()));
        jdbc.sql("insert into signing_keys (id, public_key, keyed_hash, secret_id, created_at)"
                        + " values (:id, :key, :hash, :secret, :now)")
                .param("id", row.id())
                .param("key", row.publicKey())
                .param("hash", master.hash(PURPOSE, row.id()))
                .param("secret", row.secret())
                .param("now", Timestamp.from(now))
                .update();
        return row;
    }

    private static PrivateKey privateKey(String base64) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A stored signing key can't be read", e);
        }
    }

    /** Whether a stored keyed hash is that of a key's id: then a holder of the master key made the key. */
    static boolean genuine(MasterKey master, String keyId, String keyedHash) {
        return master.hash(PURPOSE, keyId).equals(keyedHash);
    }

    /** Whether a head's id is its key's, and its signature is that key's. */
    static boolean signed(SignedHead head) {
        try {
            byte[] key = HEX.parseHex(head.publicKey());
            if (!id(key).equals(head.keyId())) return false;
            byte[] encoded = Arrays.copyOf(DER, DER.length + key.length);
            System.arraycopy(key, 0, encoded, DER.length, key.length);
            PublicKey publicKey = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(publicKey);
            signature.update(head.text().getBytes(UTF_8));
            return signature.verify(HEX.parseHex(head.signature()));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static String id(byte[] key) {
        return HEX.formatHex(MerkleTree.sha256().digest(key));
    }
}
