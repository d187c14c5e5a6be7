package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Names a session without being able to open it: for a list of "your devices", an administrator's page, an audit
 * trail. It stays the same for the session's whole life and may be shown to the session's owner. Whether someone may
 * end the session it names is for the application to decide.
 *
 * <p>Immutable.
 */
public final class SessionHandle {

    private static final int LENGTH = 2 * Long.BYTES;

    private final SessionKey key;

    SessionHandle(SessionKey key) {
        this.key = key;
    }

    /**
     * Reads a handle from its {@linkplain #toString() text}. That there is such a session does not follow.
     *
     * @throws IllegalArgumentException if the text is not a handle's
     */
    public static SessionHandle parse(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw notAHandle();
        }
        if (bytes.length != LENGTH) {
            throw notAHandle();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        SessionHandle handle = new SessionHandle(new SessionKey(buffer.getLong(), buffer.getLong()));
        if (!handle.toString().equals(text)) {
            throw notAHandle();
        }
        return handle;
    }

    private static IllegalArgumentException notAHandle() {
        return new IllegalArgumentException("not a session handle");
    }

    SessionKey key() {
        return key;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SessionHandle that && key.equals(that.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    /** Returns 22 characters that are safe in a URL. */
    @Override
    public String toString() {
        byte[] bytes = ByteBuffer.allocate(LENGTH)
                .putLong(key.high())
                .putLong(key.low())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
