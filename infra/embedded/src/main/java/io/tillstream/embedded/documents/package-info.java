/**
 * The MongoDB-compatible store as it is embedded: mongo-java-server on one H2 file, with documents kept as BSON and with
 * ordered secondary indexes, which that library lacks. A filter, sort or count that an index answers exactly is read from
 * it ({@link io.tillstream.embedded.documents.Plan}); all else is the library's scan.
 */
@NullMarked
package io.tillstream.embedded.documents;

import org.jspecify.annotations.NullMarked;
