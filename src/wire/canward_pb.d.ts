// Made from proto/canward.proto by `node proto/generate.ts`. Do not edit.
import * as $protobuf from "protobufjs/minimal.js";

/** Namespace canward. */
export namespace canward {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Birth.
         * @deprecated Use canward.v1.Birth.$Properties instead.
         */
        interface IBirth extends canward.v1.Birth.$Properties {
        }

        /** Represents a Birth. */
        class Birth {

            /**
             * Constructs a new Birth.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Birth.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Birth stream. */
            stream: Uint8Array;

            /** Birth createdAtMs. */
            createdAtMs: number;

            /** Birth softwareVersion. */
            softwareVersion: string;

            /** Birth policyVersion. */
            policyVersion: string;

            /** Birth catalogue. */
            catalogue: Uint8Array;

            /** Birth signals. */
            signals: canward.v1.Signal.$Properties[];

            /**
             * Encodes the specified Birth message. Does not implicitly {@link canward.v1.Birth.verify|verify} messages.
             * @param message Birth message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Birth.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Birth message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Birth & canward.v1.Birth.$Shape} Birth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Birth & canward.v1.Birth.$Shape;
        }

        namespace Birth {

            /** Properties of a Birth. */
            interface $Properties {

                /** Birth stream */
                stream?: (Uint8Array|null);

                /** Birth createdAtMs */
                createdAtMs?: (number|null);

                /** Birth softwareVersion */
                softwareVersion?: (string|null);

                /** Birth policyVersion */
                policyVersion?: (string|null);

                /** Birth catalogue */
                catalogue?: (Uint8Array|null);

                /** Birth signals */
                signals?: (canward.v1.Signal.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Birth. */
            type $Shape = canward.v1.Birth.$Properties;
        }

        /**
         * Properties of a Signal.
         * @deprecated Use canward.v1.Signal.$Properties instead.
         */
        interface ISignal extends canward.v1.Signal.$Properties {
        }

        /** Represents a Signal. */
        class Signal {

            /**
             * Constructs a new Signal.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Signal.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Signal alias. */
            alias: number;

            /** Signal group. */
            group: number;

            /** Signal path. */
            path: string;

            /** Signal unit. */
            unit: string;

            /** Signal factor. */
            factor: number;

            /** Signal offset. */
            offset: number;

            /** Signal encoding. */
            encoding: canward.v1.Encoding;

            /** Signal values. */
            values: canward.v1.ValueName.$Properties[];

            /** Signal source. */
            source: string;

            /**
             * Encodes the specified Signal message. Does not implicitly {@link canward.v1.Signal.verify|verify} messages.
             * @param message Signal message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Signal.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Signal message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Signal & canward.v1.Signal.$Shape} Signal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Signal & canward.v1.Signal.$Shape;
        }

        namespace Signal {

            /** Properties of a Signal. */
            interface $Properties {

                /** Signal alias */
                alias?: (number|null);

                /** Signal group */
                group?: (number|null);

                /** Signal path */
                path?: (string|null);

                /** Signal unit */
                unit?: (string|null);

                /** Signal factor */
                factor?: (number|null);

                /** Signal offset */
                offset?: (number|null);

                /** Signal encoding */
                encoding?: (canward.v1.Encoding|null);

                /** Signal values */
                values?: (canward.v1.ValueName.$Properties[]|null);

                /** Signal source */
                source?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Signal. */
            type $Shape = canward.v1.Signal.$Properties;
        }

        /** Encoding enum. */
        enum Encoding {

            /** ENCODING_UNSPECIFIED value */
            ENCODING_UNSPECIFIED = 0,

            /** ENCODING_SIGNED value */
            ENCODING_SIGNED = 1,

            /** ENCODING_UNSIGNED value */
            ENCODING_UNSIGNED = 2,

            /** ENCODING_FLOAT32 value */
            ENCODING_FLOAT32 = 3,

            /** ENCODING_FLOAT64 value */
            ENCODING_FLOAT64 = 4
        }

        /**
         * Properties of a ValueName.
         * @deprecated Use canward.v1.ValueName.$Properties instead.
         */
        interface IValueName extends canward.v1.ValueName.$Properties {
        }

        /** Represents a ValueName. */
        class ValueName {

            /**
             * Constructs a new ValueName.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.ValueName.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ValueName raw. */
            raw: string;

            /** ValueName name. */
            name: string;

            /**
             * Encodes the specified ValueName message. Does not implicitly {@link canward.v1.ValueName.verify|verify} messages.
             * @param message ValueName message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.ValueName.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ValueName message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.ValueName & canward.v1.ValueName.$Shape} ValueName
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.ValueName & canward.v1.ValueName.$Shape;
        }

        namespace ValueName {

            /** Properties of a ValueName. */
            interface $Properties {

                /** ValueName raw */
                raw?: (string|null);

                /** ValueName name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ValueName. */
            type $Shape = canward.v1.ValueName.$Properties;
        }

        /**
         * Properties of a Status.
         * @deprecated Use canward.v1.Status.$Properties instead.
         */
        interface IStatus extends canward.v1.Status.$Properties {
        }

        /** Represents a Status. */
        class Status {

            /**
             * Constructs a new Status.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Status.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Status presence. */
            presence: canward.v1.Presence;

            /** Status softwareVersion. */
            softwareVersion: string;

            /** Status catalogue. */
            catalogue: Uint8Array;

            /** Status policyVersion. */
            policyVersion: string;

            /** Status stream. */
            stream: Uint8Array;

            /** Status counters. */
            counters: { [k: string]: number };

            /** Status backlog. */
            backlog?: (canward.v1.Backlog.$Properties|null);

            /** Status timeMs. */
            timeMs: number;

            /** Status buses. */
            buses: canward.v1.BusStatus.$Properties[];

            /**
             * Encodes the specified Status message. Does not implicitly {@link canward.v1.Status.verify|verify} messages.
             * @param message Status message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Status & canward.v1.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Status & canward.v1.Status.$Shape;
        }

        namespace Status {

            /** Properties of a Status. */
            interface $Properties {

                /** Status presence */
                presence?: (canward.v1.Presence|null);

                /** Status softwareVersion */
                softwareVersion?: (string|null);

                /** Status catalogue */
                catalogue?: (Uint8Array|null);

                /** Status policyVersion */
                policyVersion?: (string|null);

                /** Status stream */
                stream?: (Uint8Array|null);

                /** Status counters */
                counters?: ({ [k: string]: number }|null);

                /** Status backlog */
                backlog?: (canward.v1.Backlog.$Properties|null);

                /** Status timeMs */
                timeMs?: (number|null);

                /** Status buses */
                buses?: (canward.v1.BusStatus.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Status. */
            type $Shape = canward.v1.Status.$Properties;
        }

        /**
         * Properties of a BusStatus.
         * @deprecated Use canward.v1.BusStatus.$Properties instead.
         */
        interface IBusStatus extends canward.v1.BusStatus.$Properties {
        }

        /** Represents a BusStatus. */
        class BusStatus {

            /**
             * Constructs a new BusStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.BusStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BusStatus name. */
            name: string;

            /** BusStatus interface. */
            interface: string;

            /** BusStatus state. */
            state: canward.v1.BusState;

            /** BusStatus silent. */
            silent: boolean;

            /** BusStatus controller. */
            controller: canward.v1.ControllerState;

            /** BusStatus listenOnly. */
            listenOnly: canward.v1.ListenOnly;

            /** BusStatus reader. */
            reader: string;

            /** BusStatus timestamps. */
            timestamps: canward.v1.TimestampSource;

            /** BusStatus countsLosses. */
            countsLosses: boolean;

            /** BusStatus receiveBufferBytes. */
            receiveBufferBytes: number;

            /** BusStatus silenceLimitMs. */
            silenceLimitMs: number;

            /** BusStatus lastFrameMs. */
            lastFrameMs?: (number|null);

            /** BusStatus counters. */
            counters: { [k: string]: number };

            /** BusStatus bitRate. */
            bitRate: number;

            /**
             * Encodes the specified BusStatus message. Does not implicitly {@link canward.v1.BusStatus.verify|verify} messages.
             * @param message BusStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.BusStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BusStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.BusStatus & canward.v1.BusStatus.$Shape} BusStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.BusStatus & canward.v1.BusStatus.$Shape;
        }

        namespace BusStatus {

            /** Properties of a BusStatus. */
            interface $Properties {

                /** BusStatus name */
                name?: (string|null);

                /** BusStatus interface */
                "interface"?: (string|null);

                /** BusStatus state */
                state?: (canward.v1.BusState|null);

                /** BusStatus silent */
                silent?: (boolean|null);

                /** BusStatus controller */
                controller?: (canward.v1.ControllerState|null);

                /** BusStatus listenOnly */
                listenOnly?: (canward.v1.ListenOnly|null);

                /** BusStatus reader */
                reader?: (string|null);

                /** BusStatus timestamps */
                timestamps?: (canward.v1.TimestampSource|null);

                /** BusStatus countsLosses */
                countsLosses?: (boolean|null);

                /** BusStatus receiveBufferBytes */
                receiveBufferBytes?: (number|null);

                /** BusStatus silenceLimitMs */
                silenceLimitMs?: (number|null);

                /** BusStatus lastFrameMs */
                lastFrameMs?: (number|null);

                /** BusStatus counters */
                counters?: ({ [k: string]: number }|null);

                /** BusStatus bitRate */
                bitRate?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BusStatus. */
            type $Shape = canward.v1.BusStatus.$Properties;
        }

        /** BusState enum. */
        enum BusState {

            /** BUS_STATE_UNSPECIFIED value */
            BUS_STATE_UNSPECIFIED = 0,

            /** BUS_STATE_REPLAY value */
            BUS_STATE_REPLAY = 1,

            /** BUS_STATE_ABSENT value */
            BUS_STATE_ABSENT = 2,

            /** BUS_STATE_DOWN value */
            BUS_STATE_DOWN = 3,

            /** BUS_STATE_NO_CARRIER value */
            BUS_STATE_NO_CARRIER = 4,

            /** BUS_STATE_UP value */
            BUS_STATE_UP = 5
        }

        /** ControllerState enum. */
        enum ControllerState {

            /** CONTROLLER_STATE_UNSPECIFIED value */
            CONTROLLER_STATE_UNSPECIFIED = 0,

            /** CONTROLLER_STATE_UNKNOWN value */
            CONTROLLER_STATE_UNKNOWN = 1,

            /** CONTROLLER_STATE_ACTIVE value */
            CONTROLLER_STATE_ACTIVE = 2,

            /** CONTROLLER_STATE_WARNING value */
            CONTROLLER_STATE_WARNING = 3,

            /** CONTROLLER_STATE_PASSIVE value */
            CONTROLLER_STATE_PASSIVE = 4,

            /** CONTROLLER_STATE_BUS_OFF value */
            CONTROLLER_STATE_BUS_OFF = 5
        }

        /** ListenOnly enum. */
        enum ListenOnly {

            /** LISTEN_ONLY_UNSPECIFIED value */
            LISTEN_ONLY_UNSPECIFIED = 0,

            /** LISTEN_ONLY_UNKNOWN value */
            LISTEN_ONLY_UNKNOWN = 1,

            /** LISTEN_ONLY_YES value */
            LISTEN_ONLY_YES = 2,

            /** LISTEN_ONLY_NO value */
            LISTEN_ONLY_NO = 3,

            /** LISTEN_ONLY_VIRTUAL value */
            LISTEN_ONLY_VIRTUAL = 4
        }

        /** TimestampSource enum. */
        enum TimestampSource {

            /** TIMESTAMP_SOURCE_UNSPECIFIED value */
            TIMESTAMP_SOURCE_UNSPECIFIED = 0,

            /** TIMESTAMP_SOURCE_NONE value */
            TIMESTAMP_SOURCE_NONE = 1,

            /** TIMESTAMP_SOURCE_RECORDED value */
            TIMESTAMP_SOURCE_RECORDED = 2,

            /** TIMESTAMP_SOURCE_ARRIVAL value */
            TIMESTAMP_SOURCE_ARRIVAL = 3,

            /** TIMESTAMP_SOURCE_KERNEL value */
            TIMESTAMP_SOURCE_KERNEL = 4,

            /** TIMESTAMP_SOURCE_HARDWARE value */
            TIMESTAMP_SOURCE_HARDWARE = 5
        }

        /** Presence enum. */
        enum Presence {

            /** PRESENCE_UNSPECIFIED value */
            PRESENCE_UNSPECIFIED = 0,

            /** PRESENCE_ONLINE value */
            PRESENCE_ONLINE = 1,

            /** PRESENCE_OFFLINE value */
            PRESENCE_OFFLINE = 2,

            /** PRESENCE_LOST value */
            PRESENCE_LOST = 3
        }

        /**
         * Properties of a Backlog.
         * @deprecated Use canward.v1.Backlog.$Properties instead.
         */
        interface IBacklog extends canward.v1.Backlog.$Properties {
        }

        /** Represents a Backlog. */
        class Backlog {

            /**
             * Constructs a new Backlog.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Backlog.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Backlog segments. */
            segments: number;

            /** Backlog bytes. */
            bytes: number;

            /** Backlog oldestMs. */
            oldestMs?: (number|null);

            /**
             * Encodes the specified Backlog message. Does not implicitly {@link canward.v1.Backlog.verify|verify} messages.
             * @param message Backlog message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Backlog.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Backlog message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Backlog & canward.v1.Backlog.$Shape} Backlog
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Backlog & canward.v1.Backlog.$Shape;
        }

        namespace Backlog {

            /** Properties of a Backlog. */
            interface $Properties {

                /** Backlog segments */
                segments?: (number|null);

                /** Backlog bytes */
                bytes?: (number|null);

                /** Backlog oldestMs */
                oldestMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Backlog. */
            type $Shape = canward.v1.Backlog.$Properties;
        }

        /**
         * Properties of a Batch.
         * @deprecated Use canward.v1.Batch.$Properties instead.
         */
        interface IBatch extends canward.v1.Batch.$Properties {
        }

        /** Represents a Batch. */
        class Batch {

            /**
             * Constructs a new Batch.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Batch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Batch stream. */
            stream: Uint8Array;

            /** Batch firstSequence. */
            firstSequence: number;

            /** Batch lastSequence. */
            lastSequence: number;

            /** Batch catalogue. */
            catalogue: Uint8Array;

            /** Batch spanFromMs. */
            spanFromMs: number;

            /** Batch spanToMs. */
            spanToMs: number;

            /** Batch clockOffsetMs. */
            clockOffsetMs: number;

            /** Batch clockQuality. */
            clockQuality: canward.v1.ClockQuality;

            /** Batch datapoints. */
            datapoints: number;

            /** Batch gaps. */
            gaps: canward.v1.Gap.$Properties[];

            /** Batch columns. */
            columns: Uint8Array;

            /**
             * Encodes the specified Batch message. Does not implicitly {@link canward.v1.Batch.verify|verify} messages.
             * @param message Batch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Batch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Batch & canward.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Batch & canward.v1.Batch.$Shape;
        }

        namespace Batch {

            /** Properties of a Batch. */
            interface $Properties {

                /** Batch stream */
                stream?: (Uint8Array|null);

                /** Batch firstSequence */
                firstSequence?: (number|null);

                /** Batch lastSequence */
                lastSequence?: (number|null);

                /** Batch catalogue */
                catalogue?: (Uint8Array|null);

                /** Batch spanFromMs */
                spanFromMs?: (number|null);

                /** Batch spanToMs */
                spanToMs?: (number|null);

                /** Batch clockOffsetMs */
                clockOffsetMs?: (number|null);

                /** Batch clockQuality */
                clockQuality?: (canward.v1.ClockQuality|null);

                /** Batch datapoints */
                datapoints?: (number|null);

                /** Batch gaps */
                gaps?: (canward.v1.Gap.$Properties[]|null);

                /** Batch columns */
                columns?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Batch. */
            type $Shape = canward.v1.Batch.$Properties;
        }

        /** ClockQuality enum. */
        enum ClockQuality {

            /** CLOCK_QUALITY_UNKNOWN value */
            CLOCK_QUALITY_UNKNOWN = 0,

            /** CLOCK_QUALITY_SYNCHRONIZED value */
            CLOCK_QUALITY_SYNCHRONIZED = 1,

            /** CLOCK_QUALITY_RECORDED value */
            CLOCK_QUALITY_RECORDED = 2
        }

        /**
         * Properties of a Gap.
         * @deprecated Use canward.v1.Gap.$Properties instead.
         */
        interface IGap extends canward.v1.Gap.$Properties {
        }

        /** Represents a Gap. */
        class Gap {

            /**
             * Constructs a new Gap.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Gap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Gap firstSequence. */
            firstSequence: number;

            /** Gap lastSequence. */
            lastSequence: number;

            /** Gap fromMs. */
            fromMs: number;

            /** Gap toMs. */
            toMs: number;

            /** Gap datapoints. */
            datapoints: number;

            /** Gap reason. */
            reason: canward.v1.GapReason;

            /**
             * Encodes the specified Gap message. Does not implicitly {@link canward.v1.Gap.verify|verify} messages.
             * @param message Gap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Gap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Gap & canward.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Gap & canward.v1.Gap.$Shape;
        }

        namespace Gap {

            /** Properties of a Gap. */
            interface $Properties {

                /** Gap firstSequence */
                firstSequence?: (number|null);

                /** Gap lastSequence */
                lastSequence?: (number|null);

                /** Gap fromMs */
                fromMs?: (number|null);

                /** Gap toMs */
                toMs?: (number|null);

                /** Gap datapoints */
                datapoints?: (number|null);

                /** Gap reason */
                reason?: (canward.v1.GapReason|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Gap. */
            type $Shape = canward.v1.Gap.$Properties;
        }

        /** GapReason enum. */
        enum GapReason {

            /** GAP_REASON_UNSPECIFIED value */
            GAP_REASON_UNSPECIFIED = 0,

            /** GAP_REASON_EVICTED value */
            GAP_REASON_EVICTED = 1
        }

        /**
         * Properties of a Segment.
         * @deprecated Use canward.v1.Segment.$Properties instead.
         */
        interface ISegment extends canward.v1.Segment.$Properties {
        }

        /** Represents a Segment. */
        class Segment {

            /**
             * Constructs a new Segment.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Segment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Segment datapoints. */
            datapoints: number;

            /** Segment columns. */
            columns?: (canward.v1.Columns.$Properties|null);

            /**
             * Encodes the specified Segment message. Does not implicitly {@link canward.v1.Segment.verify|verify} messages.
             * @param message Segment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Segment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Segment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Segment & canward.v1.Segment.$Shape} Segment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Segment & canward.v1.Segment.$Shape;
        }

        namespace Segment {

            /** Properties of a Segment. */
            interface $Properties {

                /** Segment datapoints */
                datapoints?: (number|null);

                /** Segment columns */
                columns?: (canward.v1.Columns.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Segment. */
            type $Shape = canward.v1.Segment.$Properties;
        }

        /**
         * Properties of a Columns.
         * @deprecated Use canward.v1.Columns.$Properties instead.
         */
        interface IColumns extends canward.v1.Columns.$Properties {
        }

        /** Represents a Columns. */
        class Columns {

            /**
             * Constructs a new Columns.
             * @param [properties] Properties to set
             */
            constructor(properties?: canward.v1.Columns.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Columns values. */
            values: Uint8Array;

            /** Columns presence. */
            presence: Uint8Array;

            /** Columns times. */
            times: Uint8Array;

            /** Columns shape. */
            shape: Uint8Array;

            /**
             * Encodes the specified Columns message. Does not implicitly {@link canward.v1.Columns.verify|verify} messages.
             * @param message Columns message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: canward.v1.Columns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Columns message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {canward.v1.Columns & canward.v1.Columns.$Shape} Columns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): canward.v1.Columns & canward.v1.Columns.$Shape;
        }

        namespace Columns {

            /** Properties of a Columns. */
            interface $Properties {

                /** Columns values */
                values?: (Uint8Array|null);

                /** Columns presence */
                presence?: (Uint8Array|null);

                /** Columns times */
                times?: (Uint8Array|null);

                /** Columns shape */
                shape?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Columns. */
            type $Shape = canward.v1.Columns.$Properties;
        }
    }
}
