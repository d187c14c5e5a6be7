package dev.cloakroom.infinispan;

import java.io.IOException;
import java.util.function.Predicate;
import org.infinispan.protostream.ProtobufTagMarshaller;

/** Whether an entry is of a session that has not ended. Sent to the nodes that count theirs. */
final class IsAlive implements Predicate<SessionEntry> {

    @Override
    public boolean test(SessionEntry entry) {
        return !entry.hasEnded();
    }

    /** Has nothing to write. */
    static final class Marshaller implements ProtobufTagMarshaller<IsAlive> {

        @Override
        public Class<IsAlive> getJavaClass() {
            return IsAlive.class;
        }

        @Override
        public String getTypeName() {
            return "cloakroom.IsAlive";
        }

        @Override
        public IsAlive read(ReadContext context) throws IOException {
            for (int tag = context.getReader().readTag();
                    tag != 0;
                    tag = context.getReader().readTag()) {
                context.getReader().skipField(tag);
            }
            return new IsAlive();
        }

        @Override
        public void write(WriteContext context, IsAlive value) {
            // Nothing to say.
        }
    }
}
