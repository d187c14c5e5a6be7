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
 * Writes and checks the session cookie. Its value is base64url, without padding, of
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
 * The tag is made under a subkey for session cookies of this cookie's name, so the name, the purpose and the form need
 * not be in the message, and the key names the algorithm, never the cookie. With the tag an {@link IdTagger} makes the
 * hash that the store has of the id.
 *
 * <p>Every request checks a cookie, so checking allocates nothing: characters are decoded straight into a borrowed
 * {@link Workspace}. A value of a wrong length, with a foreign character or with bits set behind the last byte costs no
 * signature check. Safe for use by any number of threads.
 */
public final class SessionCookies {

    private static final int FORM = 1;
    private static final int KEY_ID_AT = 1;
    private static final int KEY_AT = KEY_ID_AT + Integer.BYTES;
    private static final int ID_AT = KEY_AT + 2 * Long.BYTES;
    private static final int TAG_AT = ID_AT + SessionIds.LENGTH;

    /** How many characters, in whole groups of four, have everything before the tag in them. */
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
     * Checks the cookie value between two positions of a header. If it is genuine, the workspace has its content.
     *
     * @return the reason why it is not genuine, or null if it is
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

    /** Returns the id in a cookie that was verified before and begins at a position. */
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
     * An issued id, for the store and for the browser.
     *
     * @param hash for the store
     * @param cookie for the browser
     */
    public record Issued(IdHash hash, SetCookie cookie) {}

    /** Issues an id under the active key. */
    public Issued issue(SessionKey key, byte[] id, long now) {
        return issue(taggers.signer(now), key, id);
    }

    /**
     * Issues an id again with the hash that it has: under the active key if that makes the same hash, else under the key
     * that made it. Returns null if the ring has no such key any more.
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

    /** Returns a cookie that makes the browser forget its session cookie. */
    public SetCookie cleared() {
        return policy.clear();
    }
}
