package dev.cloakroom.cookie;

import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.text.Utf8;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The form of signed and sealed values: base64url, without padding, of
 *
 * <pre>
 *  0         1            5                    11
 * +---------+------------+--------------------+----------------------------
 * | u8 form | u32 key id | u48 seconds since  | body, then tag
 * |       1 |            | the epoch          |
 * +---------+------------+--------------------+----------------------------
 * </pre>
 *
 * The tag authenticates the head, the length of the cookie's name, the name, and the body.
 *
 * @param bytes the decoded value
 */
record CookieValue(byte[] bytes) {

    static final int FORM = 1;
    static final int HEAD = 1 + Integer.BYTES + 6;
    static final int LARGEST = 4096;

    /** Returns a buffer of the length of a value, with the head written. */
    static ByteBuffer begin(int length, SigningKey key, long epochSecond) {
        return ByteBuffer.allocate(length)
                .put((byte) FORM)
                .putInt(key.id())
                .putShort((short) (epochSecond >>> 32))
                .putInt((int) epochSecond);
    }

    /** Returns the value of a text, or null if the text is not the canonical text of a value. */
    static @Nullable CookieValue parse(@Nullable String text) {
        if (text == null || text.length() > LARGEST) {
            return null;
        }
        try {
            CookieValue value = new CookieValue(Base64.getUrlDecoder().decode(text));
            boolean whole = value.bytes.length > HEAD && value.bytes[0] == FORM;
            return whole && value.text().equals(text) ? value : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    int keyId() {
        return ByteBuffer.wrap(bytes).getInt(1);
    }

    private long epochSecond() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return (buffer.getShort(5) & 0xFFFFL) << 32 | (buffer.getInt(7) & 0xFFFFFFFFL);
    }

    boolean isOlderThan(@Nullable Duration maxAge, long nowMillis) {
        return maxAge != null && maxAge.compareTo(Duration.ofMillis(nowMillis - epochSecond() * 1000)) <= 0;
    }

    /** Returns the bytes that a tag authenticates before the body: the head and the cookie's name. */
    static byte[] boundTo(String name, byte[] value, int room) {
        byte[] cookie = Utf8.encode("the cookie's name", name);
        return ByteBuffer.allocate(HEAD + Short.BYTES + cookie.length + room)
                .put(value, 0, HEAD)
                .putShort((short) cookie.length)
                .put(cookie)
                .array();
    }

    /** Returns the reason why a value's key cannot be used, or null if it can. */
    static <T> @Nullable Rejection unusable(KeyRing ring, @Nullable Keyed<T> keyed, int keyId, long now) {
        if (keyed != null && keyed.key().canVerify(now)) {
            return null;
        }
        SigningKey key = ring.at(now).find(keyId);
        if (key == null) {
            return Rejection.UNKNOWN_KEY;
        }
        if (key.state() instanceof KeyState.Revoked) {
            return Rejection.REVOKED_KEY;
        }
        // A public key cannot open a sealed value, so for opening it counts as unknown.
        return key.state() instanceof KeyState.Retired ? Rejection.RETIRED_KEY : Rejection.UNKNOWN_KEY;
    }

    /** Returns the text of a value. Throws if browsers would drop the cookie. */
    static String checkedText(String name, byte[] bytes) {
        CookiePolicy.checkName(name);
        String text = new CookieValue(bytes).text();
        if (name.length() + 1 + text.length() > LARGEST) {
            throw new IllegalArgumentException("the cookie " + name + " would take "
                    + (name.length() + 1 + text.length()) + " bytes, more than the " + LARGEST
                    + " that browsers keep: shorten its value");
        }
        return text;
    }
}
