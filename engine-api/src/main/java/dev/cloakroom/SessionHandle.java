package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import java.nio.ByteBuffer;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The public name of a session, for a list of devices, an administrator's page or an audit log. A handle does not open
 * its session, and stays the same for the session's whole life. {@link SessionEngine#find} and
 * {@link SessionEngine#end} accept any handle, so the application must check whether a user may use it.
 *
 * <p>Immutable and thread-safe.
 */
public final class SessionHandle {

    private static final int LENGTH = 2 * Long.BYTES;

    private final SessionKey key;

    SessionHandle(SessionKey key) {
        this.key = key;
    }

    /**
     * Returns the handle of a {@linkplain #toString() text}. Does not check whether the session exists.
     *
     * @throws IllegalArgumentException if the text is not the text of a handle
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
        return new IllegalArgumentException("this is not the text of a session handle: pass what toString() returned");
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
