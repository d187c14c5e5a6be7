package dev.cloakroom.servlet;

import dev.cloakroom.AttributeType;
import dev.cloakroom.ValueRefusedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.ObjectStreamException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Java serialization behind a filter that must allow each class. It is the way to keep a program running whose session
 * holds objects of many classes:
 *
 * <pre>{@code
 * ValueTypes.builder()
 *         .otherwise(Serializable.class, JavaSerialization.of(
 *                 ObjectInputFilter.Config.createFilter("com.example.shop.*;java.base/*;!*")))
 *         .build()
 * }</pre>
 *
 * <p>Deserializing runs code of the classes allowed. With an allowed class that can be misused, somebody who can write to
 * the store runs code in this process. A sealed store shuts out those who do not have the keys.
 */
public final class JavaSerialization {

    private static final String NAME = "java-serialization/1";

    private JavaSerialization() {}

    /**
     * Returns a type of all objects whose classes a filter allows. A class about which the filter is undecided is rejected.
     * The filter is asked when a value is set, too. So a value that could not be read back is refused when it is set, and
     * the message names the class.
     *
     * @param filter allows the program's own classes by their names or packages, and those of the JDK that they use; not
     *     null
     */
    public static AttributeType<Serializable> of(ObjectInputFilter filter) {
        ObjectInputFilter strict = ObjectInputFilter.rejectUndecidedClass(Objects.requireNonNull(filter, "filter"));
        return AttributeType.of(NAME, value -> write(value, strict), bytes -> (Serializable) read(bytes, strict));
    }

    private static byte[] write(Serializable value, ObjectInputFilter filter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new CheckedOutput(bytes, filter)) {
            out.writeObject(value);
        } catch (NotSerializableException e) {
            // Its message is the name of a class.
            throw refused(String.valueOf(e.getMessage()), "is not serializable");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ValueRefusedException refused(String className, String why) {
        return new ValueRefusedException(className + " " + why
                + "; make it serializable and let the filter allow it, or give the attribute's class a type by"
                + " ValueTypes.Builder.type(...)");
    }

    private static Object read(byte[] bytes, ObjectInputFilter filter) {
        try (ObjectInputStream in = new ApplicationInput(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(filter);
            return in.readObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Refuses to write what could not be read. */
    private static final class CheckedOutput extends ObjectOutputStream {

        private final ObjectInputFilter filter;

        /** Whether the stream writes down why it failed. */
        private boolean failed;

        CheckedOutput(OutputStream out, ObjectInputFilter filter) throws IOException {
            super(out);
            this.filter = filter;
        }

        @Override
        protected void annotateClass(Class<?> written) {
            failed |= ObjectStreamException.class.isAssignableFrom(written);
            if (!failed && filter.checkInput(new Info(written)) == ObjectInputFilter.Status.REJECTED) {
                throw refused(written.getName(), "is not allowed by the filter");
            }
        }
    }

    private record Info(Class<?> serialClass) implements ObjectInputFilter.FilterInfo {

        @Override
        public long arrayLength() {
            return -1;
        }

        @Override
        public long depth() {
            return 1;
        }

        @Override
        public long references() {
            return 1;
        }

        @Override
        public long streamBytes() {
            return 0;
        }
    }

    /** Finds the classes of the web application. */
    private static final class ApplicationInput extends ObjectInputStream {

        ApplicationInput(InputStream in) throws IOException {
            super(in);
        }

        @Override
        protected Class<?> resolveClass(ObjectStreamClass described) throws IOException, ClassNotFoundException {
            @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
            if (loader != null) {
                try {
                    return Class.forName(described.getName(), false, loader);
                } catch (ClassNotFoundException e) {
                    // Perhaps a primitive type, or a class of the library's own loader.
                    return super.resolveClass(described);
                }
            }
            return super.resolveClass(described);
        }
    }
}
