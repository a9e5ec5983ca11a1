package io.tillstream.command.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/** Hashes passwords with Argon2id, in the usual {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash} form. */
final class Passwords {
    /** OWASP's first choice for Argon2id where 19 MiB are affordable. */
    private static final Cost COST = new Cost(19_456, 2, 1);

    private static final int SALT = 16;
    private static final int HASH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Each hash takes 19 MiB: more at once than there are cores would only take memory. */
    private static final Semaphore AT_ONCE = new Semaphore(Runtime.getRuntime().availableProcessors());

    /** Nobody's: checked in the place of an unknown admin's, so that both take the same time. */
    private static final String NOBODY = hash("nobody has this password");

    private record Cost(int kibibytes, int iterations, int parallelism) {}

    private Passwords() {}

    /** One for somebody who brought none: 120 random bits. */
    static String random() {
        byte[] bits = new byte[15];
        RANDOM.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    static String hash(String password) {
        byte[] salt = new byte[SALT];
        RANDOM.nextBytes(salt);
        return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                .formatted(
                        COST.kibibytes(),
                        COST.iterations(),
                        COST.parallelism(),
                        base64(salt),
                        base64(argon2id(password, salt, COST)));
    }

    static boolean matches(String password, String hash) {
        String[] parts = hash.split("\\$", -1);
        byte[] salt = Base64.getDecoder().decode(parts[4]);
        byte[] expected = Base64.getDecoder().decode(parts[5]);
        return MessageDigest.isEqual(expected, argon2id(password, salt, cost(parts[3])));
    }

    /** Does the work of {@link #matches} and matches nothing. */
    static void matchNobody(String password) {
        boolean ignored = matches(password, NOBODY);
    }

    private static Cost cost(String parameters) {
        String[] each = parameters.split(",", -1);
        return new Cost(value(each[0]), value(each[1]), value(each[2]));
    }

    private static int value(String parameter) {
        return Integer.parseInt(parameter.substring(2));
    }

    private static byte[] argon2id(String password, byte[] salt, Cost cost) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.kibibytes())
                .withIterations(cost.iterations())
                .withParallelism(cost.parallelism())
                .withSalt(salt)
                .build());
        byte[] hash = new byte[HASH];
        AT_ONCE.acquireUninterruptibly();
        try {
            generator.generateBytes(password.getBytes(UTF_8), hash);
        } finally {
            AT_ONCE.release();
        }
        return hash;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().withoutPadding().encodeToString(bytes);
    }
}
