package io.tillstream.command.platform;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.modelling.command.CommandTargetResolver;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.modelling.command.VersionedAggregateIdentifier;

/**
 * Finds which aggregate a command is for by the annotation of a record's component, and looks for that once in each class. Axon's own
 * resolver goes through all methods and fields of each command that comes.
 */
final class AnnotatedTargets implements CommandTargetResolver {
    private static final ClassValue<Method> TARGETS = new ClassValue<>() {
        @Override
        protected Method computeValue(Class<?> command) {
            for (RecordComponent component : command.getRecordComponents()) {
                Method target = component.getAccessor();
                if (!target.isAnnotationPresent(TargetAggregateIdentifier.class)) continue;
                target.setAccessible(true);
                return target;
            }
            throw new IllegalArgumentException(command + " says of no component that it is its target");
        }
    };

    @Override
    public VersionedAggregateIdentifier resolveTarget(CommandMessage<?> command) {
        try {
            Object target = TARGETS.get(command.getPayloadType()).invoke(command.getPayload());
            return new VersionedAggregateIdentifier(target, null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The target of " + command.getPayloadType() + " can't be read", e);
        }
    }
}
