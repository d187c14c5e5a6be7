package dev.cloakroom.internal.id;

import dev.cloakroom.cookie.CookiePolicy;
import dev.cloakroom.cookie.Rejection;
import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.derived.DerivedKeys;
import dev.cloakroom.internal.derived.Keyed;
import dev.cloakroom.internal.pool.StripedPool;
import dev.cloakroom.internal.text.Base64Url;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.SessionKey;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes and verifies the session cookie. Its value is base64url, without padding, of
 *
 * <pre>
 *  0         1            5                  21            53
 * +---------+------------+------------------+-------------+-----------------------+
 * | u8 form | u32 key id | 16 session key   | 32 id       | tag, as the key's     |
 * |       1 |            |                  |             | algorithm makes it    |
 * +---------+------------+------------------+-------------+-----------------------+
 *                         \_ what is signed _____________/
 * </pre>
 *
 * The tag is made under a subkey for session cookies of this cookie's name. So the name, the purpose and the form are
 * not part of the message. The key names the algorithm, the cookie does not. An {@link IdTagger} computes the tag and
 * the hash of the id for the store.
 *
 * <p>Every request verifies a cookie, so verifying allocates nothing: it decodes characters into a borrowed
 * {@link Workspace}. A value that has a wrong length, a foreign character or a non-canonical end costs no tag.
 * Thread-safe.
 */
public final class SessionCookies {

    private static final int FORM = 1;
    private static final int KEY_ID_AT = 1;
    private static final int KEY_AT = KEY_ID_AT + Integer.BYTES;
    private static final int ID_AT = KEY_AT + 2 * Long.BYTES;
    private static final int TAG_AT = ID_AT + SessionIds.LENGTH;

    /** The number of characters, in whole groups of four, that encode all bytes before the tag. */
    private static final int CHARACTERS_TO_TAG = (TAG_AT + 2) / 3 * 4;

    private final CookiePolicy policy;
    private final KeyRing ring;
    private final DerivedKeys<Supplier<IdTagger>> taggers;
    private final StripedPool<Workspace> workspaces;

    public SessionCookies(CookiePolicy policy, KeyRing ring) {
        this.policy = policy;
        this.ring = ring;
        String purpose = "session-cookie:" + policy.name();
        this.taggers = DerivedKeys.taggers(ring, purpose, IdTagger::of);
        this.workspaces = new StripedPool<>(Workspace::new);
    }

    public CookiePolicy policy() {
        return policy;
    }

    public String name() {
        return policy.name();
    }

    public Workspace borrow() {
        return workspaces.take();
    }

    public void giveBack(Workspace workspace) {
        workspaces.give(workspace);
    }

    /**
     * Verifies the cookie value between two positions of a header. If it is genuine, the workspace holds its content.
     *
     * @return null if the value is genuine, otherwise the reason
     */
    public @Nullable Rejection verify(Workspace workspace, String header, int from, int to, long now) {
        byte[] bytes = workspace.bytes;
        int length = Base64Url.decode(header, from, to, workspace.characters, bytes);
        if (length <= TAG_AT || bytes[0] != FORM) {
            return Rejection.MALFORMED;
        }
        int keyId = Workspace.intAt(bytes, KEY_ID_AT);
        Keyed<Supplier<IdTagger>> keyed = taggers.find(keyId, now);
        if (keyed == null || !keyed.key().canVerify(now)) {
            return unusable(keyId, now);
        }
        IdTagger tagger = workspace.tagger(keyed);
        if (length != TAG_AT + tagger.tagLength()) {
            return Rejection.MALFORMED;
        }
        if (!tagger.verify(bytes, KEY_AT, TAG_AT, TAG_AT)) {
            return Rejection.FORGED;
        }
        workspace.read(KEY_AT, tagger, keyed.key().canSign());
        return null;
    }

    private Rejection unusable(int keyId, long now) {
        SigningKey key = ring.at(now).find(keyId);
        if (key == null) {
            return Rejection.UNKNOWN_KEY;
        }
        if (key.state() instanceof KeyState.Revoked) {
            return Rejection.REVOKED_KEY;
        }
        // A public key makes no session cookies.
        return key.state() instanceof KeyState.Retired ? Rejection.RETIRED_KEY : Rejection.UNKNOWN_KEY;
    }

    /** Returns the id in a verified cookie that begins at a position. */
    public byte[] idIn(String header, int from) {
        Workspace workspace = borrow();
        try {
            Base64Url.decode(header, from, from + CHARACTERS_TO_TAG, workspace.characters, workspace.bytes);
            byte[] id = new byte[SessionIds.LENGTH];
            System.arraycopy(workspace.bytes, ID_AT, id, 0, id.length);
            return id;
        } finally {
            giveBack(workspace);
        }
    }

    /**
     * An issued id.
     *
     * @param hash the hash for the store
     * @param cookie the cookie for the browser
     */
    public record Issued(IdHash hash, SetCookie cookie) {}

    /** Issues an id under the active key. */
    public Issued issue(SessionKey key, byte[] id, long now) {
        return issue(taggers.signer(now), key, id);
    }

    /**
     * Issues an id again with the same hash: under the active key if that yields the same hash, otherwise under the key
     * that made the hash. Returns null if the ring no longer has that key.
     */
    public @Nullable Issued reissue(SessionKey key, byte[] id, IdState expected, long now) {
        Issued issued = issue(key, id, now);
        if (expected.isCurrent(issued.hash())) {
            return issued;
        }
        for (Keyed<Supplier<IdTagger>> keyed : taggers.all(now)) {
            issued = issue(keyed, key, id);
            if (keyed.key().canVerify(now) && expected.isCurrent(issued.hash())) {
                return issued;
            }
        }
        return null;
    }

    private Issued issue(Keyed<Supplier<IdTagger>> keyed, SessionKey key, byte[] id) {
        Workspace workspace = borrow();
        try {
            IdTagger tagger = workspace.tagger(keyed);
            byte[] bytes = ByteBuffer.allocate(TAG_AT + tagger.tagLength())
                    .put((byte) FORM)
                    .putInt(keyed.key().id())
                    .putLong(key.high())
                    .putLong(key.low())
                    .put(id)
                    .array();
            tagger.tag(bytes, KEY_AT, TAG_AT, TAG_AT);
            String value = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            return new Issued(new IdHash(tagger.hashHigh(), tagger.hashLow()), policy.cookie(value));
        } finally {
            giveBack(workspace);
        }
    }

    /** Returns a cookie that makes the browser delete its session cookie. */
    public SetCookie cleared() {
        return policy.clear();
    }
}
