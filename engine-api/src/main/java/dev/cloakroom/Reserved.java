package dev.cloakroom;

import java.time.Instant;
import java.util.Map;

/** The names of the entries that the engine keeps among a session's attributes. */
final class Reserved {

    static final Attribute<String> PRINCIPAL = Attribute.reserved("principal", AttributeType.STRING);
    static final Attribute<Instant> LOGGED_IN_AT = Attribute.reserved("logged-in-at", AttributeType.INSTANT);
    static final Attribute<Map<String, String>> METADATA =
            Attribute.reserved("metadata", AttributeType.mapOf(AttributeType.STRING));

    /** The first character of these names. The name of an application's attribute cannot begin with it. */
    static final char MARK = '\0';

    private Reserved() {}

    /** Returns whether a name, which is not empty, is reserved for the engine. */
    static boolean isReserved(String name) {
        return name.charAt(0) == MARK;
    }

    /** Returns the attribute that holds the lease of another attribute's refresh. */
    static Attribute<byte[]> lease(Attribute<?> attribute) {
        return Attribute.reserved("lease:" + attribute.name(), AttributeType.BYTES);
    }
}
