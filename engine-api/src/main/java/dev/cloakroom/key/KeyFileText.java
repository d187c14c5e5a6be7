package dev.cloakroom.key;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses and formats the text of a key file. The parser accepts the usual effects of editors: other spaces and line
 * ends, a byte order mark, capitals, a comment after a key, no line end at the end. Any other deviation is an error.
 * Its message names the line and does not quote it, because a line may contain a secret.
 */
final class KeyFileText {

    static final String HEADER = "cloakroom-keys 1";

    private static final Pattern LINE_END = Pattern.compile("\\R");
    private static final Pattern SPACE = Pattern.compile("[\\s\\h\\uFEFF\\u200B]+");
    private static final Pattern ID = Pattern.compile("\\p{XDigit}{8}");

    private KeyFileText() {}

    /** A line's number, from 1, and its words up to a comment: one or more. */
    private record Line(int number, List<String> words) {

        IllegalArgumentException unusable(String reason) {
            return new IllegalArgumentException("line " + number + " cannot be used: " + reason);
        }

        /** Returns whether the line contains any form of the word "revoke". */
        boolean revokes() {
            return words.stream()
                    .map(word -> word.substring(word.startsWith("state=") ? "state=".length() : 0))
                    .anyMatch(word -> word.regionMatches(true, 0, "revok", 0, 5));
        }
    }

    /** Returns the text of a file's bytes: UTF-16 if they begin with its byte order mark, otherwise UTF-8. */
    static String decode(byte[] bytes) {
        int mark = bytes.length < 2 ? 0 : ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        boolean utf16 = mark == 0xfeff || mark == 0xfffe;
        return new String(bytes, utf16 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8);
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
     * Returns the keys of a text.
     *
     * @throws IllegalArgumentException if it is not the text of a key file
     */
    static KeySet parse(String text) {
        List<Line> lines = lines(text);
        if (lines.isEmpty() || !String.join(" ", lines.get(0).words()).equalsIgnoreCase(HEADER)) {
            throw new IllegalArgumentException("it does not begin with \"" + HEADER + "\"");
        }
        List<SigningKey> keys = new ArrayList<>();
        Map<String, Line> seen = new HashMap<>();
        for (Line line : lines.subList(1, lines.size())) {
            SigningKey key = parse(line);
            keys.add(key);
            requireNew(seen, "id " + key.name(), line, "have the same id: delete one of them");
            if (key.canSign()) {
                requireNew(seen, "active", line, "are both active: only one key may be");
            }
            for (String material : material(line, key)) {
                requireNew(
                        seen, "material " + material, line, "have the same secret or public key: each needs its own");
            }
        }
        return KeySet.of(keys);
    }

    private static void requireNew(Map<String, Line> seen, String what, Line line, String problem) {
        Line other = seen.putIfAbsent(what, line);
        if (other != null) {
            throw new IllegalArgumentException("lines " + other.number() + " and " + line.number() + " " + problem);
        }
    }

    /** Returns the secret and public key of a line, even of a revoked key. No other key may have them. */
    private static Set<String> material(Line line, SigningKey key) {
        Set<String> material = new LinkedHashSet<>();
        for (String word : line.words()) {
            if (word.startsWith("secret=") || word.startsWith("public=")) {
                material.add(word.substring("secret=".length()));
            }
        }
        if (key.hasSecret() && key.algorithm() == KeyAlgorithm.ED25519) {
            material.add(base64(key.publicKey()));
        }
        return material;
    }

    /**
     * Returns the ids of the keys that a text clearly revokes, even if other lines are broken: the ids in lines with an
     * id and any form of the word "revoke".
     */
    static Set<Integer> revokedIn(String text) {
        Set<Integer> revoked = new LinkedHashSet<>();
        for (Line line : lines(text)) {
            if (line.revokes()) {
                line.words().stream()
                        .filter(word -> ID.matcher(word).matches())
                        .findFirst()
                        .ifPresent(id -> revoked.add(Integer.parseUnsignedInt(id, 16)));
            }
        }
        return revoked;
    }

    private static List<Line> lines(String text) {
        List<Line> lines = new ArrayList<>();
        int number = 0;
        for (String line : LINE_END.split(text, -1)) {
            number++;
            List<String> words = Arrays.stream(SPACE.split(line))
                    .filter(word -> !word.isEmpty())
                    .takeWhile(word -> !word.startsWith("#"))
                    .toList();
            if (!words.isEmpty()) {
                lines.add(new Line(number, words));
            }
        }
        return lines;
    }

    private static SigningKey parse(Line line) {
        List<String> words = line.words();
        if (words.size() < 4
                || !words.get(0).equalsIgnoreCase("key")
                || !ID.matcher(words.get(1)).matches()) {
            throw line.unusable("it is not \"key\", an id of 8 hexadecimal digits, an algorithm and a state");
        }
        int id = Integer.parseUnsignedInt(words.get(1), 16);
        if (id == 0) {
            throw line.unusable("the id 00000000 is no key's");
        }
        KeyAlgorithm algorithm = algorithm(line);
        if (line.revokes()) {
            return SigningKey.revoked(id, algorithm);
        }
        Map<String, String> values = values(line);
        KeyState state = state(line, values.remove("until"));
        String secret = values.remove("secret");
        String publicKey = values.remove("public");
        if (!values.isEmpty() || (secret == null) == (publicKey == null)) {
            throw line.unusable("it needs secret= or public=, one of them, and has nothing else than until=");
        }
        return secret != null
                ? secretKey(line, id, algorithm, secret, state)
                : publicKey(line, id, algorithm, publicKey, state);
    }

    private static KeyAlgorithm algorithm(Line line) {
        try {
            return KeyAlgorithm.of(line.words().get(2).toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw line.unusable("its algorithm is none of "
                    + String.join(
                            ", ",
                            Arrays.stream(KeyAlgorithm.values())
                                    .map(KeyAlgorithm::id)
                                    .toList()));
        }
    }

    private static Map<String, String> values(Line line) {
        Map<String, String> values = new HashMap<>();
        for (String word : line.words().subList(4, line.words().size())) {
            int equals = word.indexOf('=');
            if (equals <= 0 || values.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
                throw line.unusable("after the state come until=, secret= and public=, each once and without spaces");
            }
        }
        return values;
    }

    private static KeyState state(Line line, @Nullable String until) {
        String state = line.words().get(3).toLowerCase(Locale.ROOT);
        if (state.equals("retired") != (until != null)) {
            throw line.unusable("until= goes with the state retired, which needs it, and with no other");
        }
        return switch (state) {
            case "active" -> new KeyState.Active();
            case "verify-only" -> new KeyState.VerifyOnly();
            case "retired" -> new KeyState.Retired(instant(line, until));
            default -> throw line.unusable("its state is none of active, verify-only, retired, revoked");
        };
    }

    private static Instant instant(Line line, @Nullable String until) {
        try {
            return Instant.parse(until);
        } catch (DateTimeException e) {
            throw line.unusable("until= needs a time such as 2026-12-24T18:00:00Z");
        }
    }

    private static SigningKey secretKey(Line line, int id, KeyAlgorithm algorithm, String secret, KeyState state) {
        try {
            return SigningKey.of(id, algorithm, SecretBytes.copyOf(canonical(secret)), state);
        } catch (IllegalArgumentException e) {
            throw line.unusable("its secret is not base64url, without padding, of " + SigningKey.MINIMUM_SECRET_LENGTH
                    + " random bytes or more; it may be cut off");
        }
    }

    private static SigningKey publicKey(Line line, int id, KeyAlgorithm algorithm, String publicKey, KeyState state) {
        if (algorithm != KeyAlgorithm.ED25519 || state instanceof KeyState.Active) {
            throw line.unusable("public= goes with ed25519, and not with active");
        }
        try {
            return SigningKey.publicOnly(id, canonical(publicKey), state);
        } catch (IllegalArgumentException e) {
            throw line.unusable("its public key is not base64url, without padding, of a valid Ed25519 public key");
        }
    }

    /** Decodes canonical base64url: each content has one text. */
    private static byte[] canonical(String base64) {
        byte[] bytes = Base64.getUrlDecoder().decode(base64);
        if (!base64(bytes).equals(base64)) {
            throw new IllegalArgumentException("not canonical");
        }
        return bytes;
    }
}
