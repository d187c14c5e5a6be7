package dev.cloakroom.spring.session;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.springframework.util.ClassUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * Encodes session attributes as JSON that names the classes of its values. Only classes that are allowed are read: Spring
 * Security's, as its own modules declare them, common ones of the JDK, and those that the application adds. So bytes in
 * a store never choose any other class. Java serialization is not involved.
 *
 * <p>What cannot be read back is refused when it is put. No message quotes a value.
 *
 * <p>Immutable and thread-safe.
 */
public final class SessionJson {

    private final JsonMapper mapper;

    private SessionJson(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /** Returns an encoding without classes of the application. */
    public static SessionJson create() {
        return builder().build();
    }

    /** Returns a builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Encodes an attribute's value.
     *
     * @throws IllegalArgumentException if it could not be read back; the message says what to do
     */
    byte[] write(String name, Object value) {
        byte[] bytes;
        try {
            bytes = mapper.writerFor(Object.class).writeValueAsBytes(value);
            mapper.readValue(bytes, Object.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "the session attribute " + name + " cannot be stored: " + problem(e, value.getClass()));
        }
        return bytes;
    }

    /**
     * Decodes an attribute's value.
     *
     * @throws IllegalStateException if it cannot be read; the message says what to do
     */
    Object read(String name, byte[] bytes) {
        try {
            return Objects.requireNonNull(mapper.readValue(bytes, Object.class));
        } catch (JacksonException | NullPointerException e) {
            throw new IllegalStateException("the session attribute " + name + " cannot be read: "
                    + (e instanceof JacksonException failure ? problem(failure, Object.class) : "it is null")
                    + ". Or remove the attribute.");
        }
    }

    private static String problem(JacksonException failure, Class<?> type) {
        if (failure instanceof InvalidTypeIdException unknown) {
            return "the class " + unknown.getTypeId()
                    + " is not allowed. Allow it by SessionJson.builder().allow(...), or by"
                    + " the property cloakroom.json.allowed-classes, if it may be made from what the store holds. Or"
                    + " store a String, a number or a record of your own instead";
        }
        return "Jackson cannot write or read " + type.getName() + " ("
                + failure.getClass().getSimpleName()
                + "). Give it a constructor or annotations that Jackson understands, or register a module with"
                + " SessionJson.builder().module(...)";
    }

    /** Settings of a {@link SessionJson}. Not thread-safe. */
    public static final class Builder {

        /** Values without behaviour that applications keep in sessions. */
        private static final List<Class<?>> VALUES = List.of(
                Byte.class,
                Short.class,
                Integer.class,
                Long.class,
                Float.class,
                Double.class,
                Character.class,
                Boolean.class,
                String.class,
                BigDecimal.class,
                BigInteger.class,
                URI.class,
                java.util.UUID.class,
                java.util.Locale.class,
                java.util.Currency.class,
                java.util.Date.class);

        private static final Pattern JDK = Pattern.compile("java\\.time\\.[A-Z][A-Za-z]+"
                + "|java\\.util\\.(Array(List|Deque)|LinkedList|(Linked)?Hash(Map|Set)|Tree(Map|Set)"
                + "|concurrent\\.(ConcurrentHashMap|CopyOnWriteArray(List|Set))"
                + "|Arrays\\$ArrayList|Collections\\$[A-Za-z]+|ImmutableCollections\\$[A-Za-z0-9]+)");

        /** Failed logins, which Spring Security keeps for the login page. */
        private static final Pattern FAILED_LOGINS =
                Pattern.compile("org\\.springframework\\.security\\.[a-z0-9.]+\\.[A-Za-z]+Exception");

        private final BasicPolymorphicTypeValidator.Builder types = BasicPolymorphicTypeValidator.builder();
        private final List<JacksonModule> modules = new ArrayList<>();
        private ClassLoader loader =
                Objects.requireNonNull(ClassUtils.getDefaultClassLoader(), "the default class loader");

        private Builder() {}

        /** Allows classes of the application: exactly these, not their subclasses. */
        public Builder allow(Class<?>... classes) {
            for (Class<?> type : classes) {
                types.allowIfSubType(Pattern.compile(Pattern.quote(type.getName())));
            }
            return this;
        }

        /** Allows the classes of a package of the application, without those of packages below. */
        public Builder allowPackage(String name) {
            if (!name.matches("[\\p{Alnum}_$]+(\\.[\\p{Alnum}_$]+)+")) {
                throw new IllegalArgumentException("\"" + name
                        + "\" is not a package with at least two parts, such as com.example: a shorter one would allow"
                        + " too much");
            }
            types.allowIfSubType(Pattern.compile(Pattern.quote(name) + "\\.[\\p{Alnum}_$]+"));
            return this;
        }

        /** Adds a module of Jackson, for classes of the application. */
        public Builder module(JacksonModule module) {
            modules.add(Objects.requireNonNull(module, "module"));
            return this;
        }

        /** Sets what loads the classes of values; the default class loader of Spring unless set. */
        public Builder classLoader(ClassLoader classLoader) {
            loader = Objects.requireNonNull(classLoader, "classLoader");
            return this;
        }

        /** Returns the encoding. */
        public SessionJson build() {
            VALUES.forEach(type -> types.allowIfSubType(Pattern.compile(Pattern.quote(type.getName()))));
            types.allowIfSubType(JDK);
            JsonMapper.Builder mapper = JsonMapper.builder();
            if (SpringSecurity.PRESENT) {
                types.allowIfSubType(FAILED_LOGINS);
                mapper.addModules(SpringSecurity.modules(loader, types));
            } else {
                mapper.activateDefaultTyping(types.build(), DefaultTyping.NON_FINAL, JsonTypeInfo.As.PROPERTY);
            }
            mapper.addMixIn(RuntimeException.class, FailureMixIn.class);
            modules.forEach(mapper::addModule);
            return new SessionJson(mapper.build());
        }
    }
}
