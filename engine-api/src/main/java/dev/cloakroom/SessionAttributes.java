package dev.cloakroom;

import java.util.function.Supplier;

/** Stub until the attributes are reworked. */
public final class SessionAttributes {
    static final SessionAttributes EMPTY = new SessionAttributes(() -> AttributeTable.EMPTY);
    private final Supplier<AttributeTable> table;

    SessionAttributes(Supplier<AttributeTable> table) {
        this.table = table;
    }

    /** Returns one. */
    public <T> @org.jspecify.annotations.Nullable T get(Attribute<T> attribute) {
        return table.get().get(attribute);
    }
}
