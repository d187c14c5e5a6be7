package dev.cloakroom.key;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads and writes key files. A key file is text:
 *
 * <pre>
 * cloakroom-keys 1
 * # comments and empty lines are skipped
 * key 3f2a9c01 hmac-sha-256 active secret=&lt;base64url of 32 bytes or more&gt;
 * key 77b0d2e4 aes-256-cmac retired until=2026-12-24T18:00:00Z secret=&lt;…&gt;
 * key 0a11c9ff hmac-sha-256 verify-only secret=&lt;…&gt;
 * key 91c2aa40 hmac-sha-256 revoked
 * key 5d00f1b7 ed25519 verify-only public=&lt;base64url of 32 bytes&gt;
 * </pre>
 *
 * <p>It is written through a temporary file beside it and a rename, so that a reader sees the old or the new one whole,
 * and so that its owner alone may access it. It is read strictly: what is not understood is an error, which names the
 * line and none of its content.
 */
public final class KeyRingFile {

    private static final String HEADER = "cloakroom-keys 1";
    private static final long LARGEST = 1 << 20;

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private KeyRingFile() {}

    /**
     * Reads a key file.
     *
     * @throws IOException if it is not there, is not a key file, or others than its owner have access and may not
     */
    public static KeySet read(Path path, KeyFileAccess access) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException("the key file " + path + " does not exist");
        }
        if (access == KeyFileAccess.OWNER_ONLY) {
            requireOwnerOnly(path);
        }
        if (Files.size(path) > LARGEST) {
            throw new IOException("the key file " + path + " is larger than " + LARGEST + " bytes");
        }
        try {
            return parse(new String(Files.readAllBytes(path), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IOException("the key file " + path + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void requireOwnerOnly(Path path) throws IOException {
        if (!isPosix()) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new IOException(
                    "the key file " + path + " has permissions " + PosixFilePermissions.toString(permissions)
                            + "; its owner alone may have access (chmod 600), unless KeyFileAccess.ANY says otherwise");
        }
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** Writes a key file in place of the one that may be there, accessible by its owner alone. */
    public static void write(Path path, KeySet keys) throws IOException {
        Path target = path.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null) {
            throw new IOException("the key file " + path + " has no folder");
        }
        FileAttribute<?>[] attributes = isPosix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        Path temporary = Files.createTempFile(directory, ".cloakroom-keys-", ".tmp", attributes);
        try {
            Files.writeString(temporary, format(keys));
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static String format(KeySet keys) {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (SigningKey key : keys.keys()) {
            text.append("key ")
                    .append(key.name())
                    .append(' ')
                    .append(key.algorithm().id())
                    .append(' ');
            text.append(format(key.state()));
            if (key.hasSecret()) {
                text.append(" secret=").append(base64(key.secret().toByteArray()));
            } else if (!(key.state() instanceof KeyState.Revoked)) {
                text.append(" public=").append(base64(key.publicKey()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String format(KeyState state) {
        if (state instanceof KeyState.Retired retired) {
            return "retired until=" + retired.until();
        }
        if (state instanceof KeyState.Active) {
            return "active";
        }
        return state instanceof KeyState.VerifyOnly ? "verify-only" : "revoked";
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Reads a key file's text.
     *
     * @throws IllegalArgumentException if it is not a key file's
     */
    static KeySet parse(String text) {
        List<SigningKey> keys = new ArrayList<>();
        boolean headerSeen = false;
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String content = line.strip();
            if (content.isEmpty() || content.startsWith("#")) {
                continue;
            }
            if (headerSeen) {
                keys.add(parseLine(content, number));
            } else if (content.equals(HEADER)) {
                headerSeen = true;
            } else {
                throw new IllegalArgumentException("it does not begin with \"" + HEADER + "\"");
            }
        }
        if (!headerSeen) {
            throw new IllegalArgumentException("it does not begin with \"" + HEADER + "\"");
        }
        return KeySet.of(keys);
    }

    private static SigningKey parseLine(String line, int number) {
        try {
            return parseKey(line.split(" +"));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            // What the parts of a line complain about may quote them; a line may hold a secret.
            throw new IllegalArgumentException("line " + number + " is not a key");
        }
    }

    private static SigningKey parseKey(String[] words) {
        require(words.length >= 4 && words[0].equals("key") && words[1].matches("[0-9a-f]{8}"));
        int id = Integer.parseUnsignedInt(words[1], 16);
        KeyAlgorithm algorithm = KeyAlgorithm.of(words[2]);
        Map<String, String> values = new HashMap<>();
        for (int i = 4; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            require(equals > 0 && values.put(words[i].substring(0, equals), words[i].substring(equals + 1)) == null);
        }
        KeyState state = parseState(words[3], values);
        String secret = values.remove("secret");
        String publicKey = values.remove("public");
        require(values.isEmpty());
        if (state instanceof KeyState.Revoked) {
            require(secret == null && publicKey == null);
            return SigningKey.revoked(id, algorithm);
        }
        if (secret != null) {
            require(publicKey == null);
            return SigningKey.of(
                    id, algorithm, SecretBytes.copyOf(Base64.getUrlDecoder().decode(secret)), state);
        }
        require(publicKey != null && algorithm == KeyAlgorithm.ED25519);
        return SigningKey.publicOnly(id, Base64.getUrlDecoder().decode(publicKey), state);
    }

    private static KeyState parseState(String word, Map<String, String> values) {
        String until = values.remove("until");
        require(word.equals("retired") == (until != null));
        return switch (word) {
            case "active" -> new KeyState.Active();
            case "verify-only" -> new KeyState.VerifyOnly();
            case "retired" -> new KeyState.Retired(Instant.parse(until));
            case "revoked" -> new KeyState.Revoked();
            default -> throw new IllegalArgumentException("no such state");
        };
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("not a key");
        }
    }
}
