// Made from proto/canward.proto by `node proto/generate.ts`. Do not edit.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// 64-bit integers are plain numbers here; readers refuse what is not a safe integer.
$protobuf.util.Long = null;
$protobuf.configure();

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["canward"] || ($protobuf.roots["canward"] = {});

export const canward = $root.canward = (() => {

    /**
     * Namespace canward.
     * @exports canward
     * @namespace
     */
    const canward = {};

    canward.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof canward
         * @namespace
         */
        const v1 = {};

        v1.Birth = (function() {

            /**
             * Properties of a Birth.
             * @typedef {Object} canward.v1.Birth.$Properties
             * @property {Uint8Array|null} [stream] Birth stream
             * @property {number|null} [createdAtMs] Birth createdAtMs
             * @property {string|null} [softwareVersion] Birth softwareVersion
             * @property {string|null} [policyVersion] Birth policyVersion
             * @property {Uint8Array|null} [catalogue] Birth catalogue
             * @property {Array.<canward.v1.Signal.$Properties>|null} [signals] Birth signals
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Birth.
             * @memberof canward.v1
             * @interface IBirth
             * @augments canward.v1.Birth.$Properties
             * @deprecated Use canward.v1.Birth.$Properties instead.
             */

            /**
             * Shape of a Birth.
             * @typedef {canward.v1.Birth.$Properties} canward.v1.Birth.$Shape
             */

            /**
             * Constructs a new Birth.
             * @memberof canward.v1
             * @classdesc Represents a Birth.
             * @constructor
             * @param {canward.v1.Birth.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Birth = function (properties) {
                this.signals = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Birth stream.
             * @member {Uint8Array} stream
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.stream = $util.newBuffer([]);

            /**
             * Birth createdAtMs.
             * @member {number} createdAtMs
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.createdAtMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Birth softwareVersion.
             * @member {string} softwareVersion
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.softwareVersion = "";

            /**
             * Birth policyVersion.
             * @member {string} policyVersion
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.policyVersion = "";

            /**
             * Birth catalogue.
             * @member {Uint8Array} catalogue
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.catalogue = $util.newBuffer([]);

            /**
             * Birth signals.
             * @member {Array.<canward.v1.Signal.$Properties>} signals
             * @memberof canward.v1.Birth
             * @instance
             */
            Birth.prototype.signals = $util.emptyArray;

            /**
             * Encodes the specified Birth message. Does not implicitly {@link canward.v1.Birth.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Birth
             * @static
             * @param {canward.v1.Birth.$Properties} message Birth message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Birth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.stream);
                if (message.createdAtMs != null && $Object.hasOwnProperty.call(message, "createdAtMs") && (typeof message.createdAtMs === "object" ? message.createdAtMs.low || message.createdAtMs.high : message.createdAtMs !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.createdAtMs);
                if (message.softwareVersion != null && $Object.hasOwnProperty.call(message, "softwareVersion") && message.softwareVersion !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.softwareVersion);
                if (message.policyVersion != null && $Object.hasOwnProperty.call(message, "policyVersion") && message.policyVersion !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.policyVersion);
                if (message.catalogue != null && $Object.hasOwnProperty.call(message, "catalogue") && message.catalogue.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.catalogue);
                if (message.signals != null && message.signals.length)
                    for (let i = 0; i < message.signals.length; ++i)
                        $root.canward.v1.Signal.encode(message.signals[i], writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Birth message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Birth
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Birth & canward.v1.Birth.$Shape} Birth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Birth.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Birth();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.createdAtMs = value;
                            else
                                delete message.createdAtMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.softwareVersion = value;
                            else
                                delete message.softwareVersion;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.policyVersion = value;
                            else
                                delete message.policyVersion;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.catalogue = value;
                            else
                                delete message.catalogue;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (!(message.signals && message.signals.length))
                                message.signals = [];
                            message.signals.push($root.canward.v1.Signal.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Birth;
        })();

        v1.Signal = (function() {

            /**
             * Properties of a Signal.
             * @typedef {Object} canward.v1.Signal.$Properties
             * @property {number|null} [alias] Signal alias
             * @property {number|null} [group] Signal group
             * @property {string|null} [path] Signal path
             * @property {string|null} [unit] Signal unit
             * @property {number|null} [factor] Signal factor
             * @property {number|null} [offset] Signal offset
             * @property {canward.v1.Encoding|null} [encoding] Signal encoding
             * @property {Array.<canward.v1.ValueName.$Properties>|null} [values] Signal values
             * @property {string|null} [source] Signal source
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Signal.
             * @memberof canward.v1
             * @interface ISignal
             * @augments canward.v1.Signal.$Properties
             * @deprecated Use canward.v1.Signal.$Properties instead.
             */

            /**
             * Shape of a Signal.
             * @typedef {canward.v1.Signal.$Properties} canward.v1.Signal.$Shape
             */

            /**
             * Constructs a new Signal.
             * @memberof canward.v1
             * @classdesc Represents a Signal.
             * @constructor
             * @param {canward.v1.Signal.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Signal = function (properties) {
                this.values = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Signal alias.
             * @member {number} alias
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.alias = 0;

            /**
             * Signal group.
             * @member {number} group
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.group = 0;

            /**
             * Signal path.
             * @member {string} path
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.path = "";

            /**
             * Signal unit.
             * @member {string} unit
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.unit = "";

            /**
             * Signal factor.
             * @member {number} factor
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.factor = 0;

            /**
             * Signal offset.
             * @member {number} offset
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.offset = 0;

            /**
             * Signal encoding.
             * @member {canward.v1.Encoding} encoding
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.encoding = 0;

            /**
             * Signal values.
             * @member {Array.<canward.v1.ValueName.$Properties>} values
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.values = $util.emptyArray;

            /**
             * Signal source.
             * @member {string} source
             * @memberof canward.v1.Signal
             * @instance
             */
            Signal.prototype.source = "";

            /**
             * Encodes the specified Signal message. Does not implicitly {@link canward.v1.Signal.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Signal
             * @static
             * @param {canward.v1.Signal.$Properties} message Signal message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Signal.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.alias != null && $Object.hasOwnProperty.call(message, "alias") && message.alias !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.alias);
                if (message.group != null && $Object.hasOwnProperty.call(message, "group") && message.group !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.group);
                if (message.path != null && $Object.hasOwnProperty.call(message, "path") && message.path !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.path);
                if (message.unit != null && $Object.hasOwnProperty.call(message, "unit") && message.unit !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.unit);
                if (message.factor != null && $Object.hasOwnProperty.call(message, "factor") && !$Object.is(message.factor, 0))
                    writer.uint32(/* id 5, wireType 1 =*/41).double(message.factor);
                if (message.offset != null && $Object.hasOwnProperty.call(message, "offset") && !$Object.is(message.offset, 0))
                    writer.uint32(/* id 6, wireType 1 =*/49).double(message.offset);
                if (message.encoding != null && $Object.hasOwnProperty.call(message, "encoding") && message.encoding !== 0)
                    writer.uint32(/* id 7, wireType 0 =*/56).int32(message.encoding);
                if (message.values != null && message.values.length)
                    for (let i = 0; i < message.values.length; ++i)
                        $root.canward.v1.ValueName.encode(message.values[i], writer.uint32(/* id 8, wireType 2 =*/66).fork(), _depth + 1).ldelim();
                if (message.source != null && $Object.hasOwnProperty.call(message, "source") && message.source !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.source);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Signal message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Signal
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Signal & canward.v1.Signal.$Shape} Signal
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Signal.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Signal();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.alias = value;
                            else
                                delete message.alias;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.group = value;
                            else
                                delete message.group;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.path = value;
                            else
                                delete message.path;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.unit = value;
                            else
                                delete message.unit;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.factor = value;
                            else
                                delete message.factor;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 1)
                                break;
                            if (!$Object.is(value = reader.double(), 0))
                                message.offset = value;
                            else
                                delete message.offset;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.encoding = value;
                            else
                                delete message.encoding;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 2)
                                break;
                            if (!(message.values && message.values.length))
                                message.values = [];
                            message.values.push($root.canward.v1.ValueName.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.source = value;
                            else
                                delete message.source;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Signal;
        })();

        /**
         * Encoding enum.
         * @name canward.v1.Encoding
         * @enum {number}
         * @property {number} ENCODING_UNSPECIFIED=0 ENCODING_UNSPECIFIED value
         * @property {number} ENCODING_SIGNED=1 ENCODING_SIGNED value
         * @property {number} ENCODING_UNSIGNED=2 ENCODING_UNSIGNED value
         * @property {number} ENCODING_FLOAT32=3 ENCODING_FLOAT32 value
         * @property {number} ENCODING_FLOAT64=4 ENCODING_FLOAT64 value
         */
        v1.Encoding = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "ENCODING_UNSPECIFIED"] = 0;
            values[valuesById[1] = "ENCODING_SIGNED"] = 1;
            values[valuesById[2] = "ENCODING_UNSIGNED"] = 2;
            values[valuesById[3] = "ENCODING_FLOAT32"] = 3;
            values[valuesById[4] = "ENCODING_FLOAT64"] = 4;
            return values;
        })();

        v1.ValueName = (function() {

            /**
             * Properties of a ValueName.
             * @typedef {Object} canward.v1.ValueName.$Properties
             * @property {string|null} [raw] ValueName raw
             * @property {string|null} [name] ValueName name
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a ValueName.
             * @memberof canward.v1
             * @interface IValueName
             * @augments canward.v1.ValueName.$Properties
             * @deprecated Use canward.v1.ValueName.$Properties instead.
             */

            /**
             * Shape of a ValueName.
             * @typedef {canward.v1.ValueName.$Properties} canward.v1.ValueName.$Shape
             */

            /**
             * Constructs a new ValueName.
             * @memberof canward.v1
             * @classdesc Represents a ValueName.
             * @constructor
             * @param {canward.v1.ValueName.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ValueName = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ValueName raw.
             * @member {string} raw
             * @memberof canward.v1.ValueName
             * @instance
             */
            ValueName.prototype.raw = "";

            /**
             * ValueName name.
             * @member {string} name
             * @memberof canward.v1.ValueName
             * @instance
             */
            ValueName.prototype.name = "";

            /**
             * Encodes the specified ValueName message. Does not implicitly {@link canward.v1.ValueName.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.ValueName
             * @static
             * @param {canward.v1.ValueName.$Properties} message ValueName message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ValueName.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.raw != null && $Object.hasOwnProperty.call(message, "raw") && message.raw !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.raw);
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.name);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a ValueName message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.ValueName
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.ValueName & canward.v1.ValueName.$Shape} ValueName
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ValueName.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.ValueName();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.raw = value;
                            else
                                delete message.raw;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ValueName;
        })();

        v1.Status = (function() {

            /**
             * Properties of a Status.
             * @typedef {Object} canward.v1.Status.$Properties
             * @property {canward.v1.Presence|null} [presence] Status presence
             * @property {string|null} [softwareVersion] Status softwareVersion
             * @property {Uint8Array|null} [catalogue] Status catalogue
             * @property {string|null} [policyVersion] Status policyVersion
             * @property {Uint8Array|null} [stream] Status stream
             * @property {Object.<string,number>|null} [counters] Status counters
             * @property {canward.v1.Backlog.$Properties|null} [backlog] Status backlog
             * @property {number|null} [timeMs] Status timeMs
             * @property {Array.<canward.v1.BusStatus.$Properties>|null} [buses] Status buses
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Status.
             * @memberof canward.v1
             * @interface IStatus
             * @augments canward.v1.Status.$Properties
             * @deprecated Use canward.v1.Status.$Properties instead.
             */

            /**
             * Shape of a Status.
             * @typedef {canward.v1.Status.$Properties} canward.v1.Status.$Shape
             */

            /**
             * Constructs a new Status.
             * @memberof canward.v1
             * @classdesc Represents a Status.
             * @constructor
             * @param {canward.v1.Status.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Status = function (properties) {
                this.counters = {};
                this.buses = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Status presence.
             * @member {canward.v1.Presence} presence
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.presence = 0;

            /**
             * Status softwareVersion.
             * @member {string} softwareVersion
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.softwareVersion = "";

            /**
             * Status catalogue.
             * @member {Uint8Array} catalogue
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.catalogue = $util.newBuffer([]);

            /**
             * Status policyVersion.
             * @member {string} policyVersion
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.policyVersion = "";

            /**
             * Status stream.
             * @member {Uint8Array} stream
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.stream = $util.newBuffer([]);

            /**
             * Status counters.
             * @member {Object.<string,number>} counters
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.counters = $util.emptyObject;

            /**
             * Status backlog.
             * @member {canward.v1.Backlog.$Properties|null|undefined} backlog
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.backlog = null;

            /**
             * Status timeMs.
             * @member {number} timeMs
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.timeMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Status buses.
             * @member {Array.<canward.v1.BusStatus.$Properties>} buses
             * @memberof canward.v1.Status
             * @instance
             */
            Status.prototype.buses = $util.emptyArray;

            /**
             * Encodes the specified Status message. Does not implicitly {@link canward.v1.Status.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Status
             * @static
             * @param {canward.v1.Status.$Properties} message Status message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Status.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.presence != null && $Object.hasOwnProperty.call(message, "presence") && message.presence !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.presence);
                if (message.softwareVersion != null && $Object.hasOwnProperty.call(message, "softwareVersion") && message.softwareVersion !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.softwareVersion);
                if (message.catalogue != null && $Object.hasOwnProperty.call(message, "catalogue") && message.catalogue.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.catalogue);
                if (message.policyVersion != null && $Object.hasOwnProperty.call(message, "policyVersion") && message.policyVersion !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.policyVersion);
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).bytes(message.stream);
                if (message.counters != null && $Object.hasOwnProperty.call(message, "counters"))
                    for (let keys = $Object.keys(message.counters), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 6, wireType 2 =*/50).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 0 =*/16).uint64(message.counters[keys[i]]).ldelim();
                if (message.backlog != null && $Object.hasOwnProperty.call(message, "backlog"))
                    $root.canward.v1.Backlog.encode(message.backlog, writer.uint32(/* id 7, wireType 2 =*/58).fork(), _depth + 1).ldelim();
                if (message.timeMs != null && $Object.hasOwnProperty.call(message, "timeMs") && (typeof message.timeMs === "object" ? message.timeMs.low || message.timeMs.high : message.timeMs !== 0))
                    writer.uint32(/* id 8, wireType 0 =*/64).uint64(message.timeMs);
                if (message.buses != null && message.buses.length)
                    for (let i = 0; i < message.buses.length; ++i)
                        $root.canward.v1.BusStatus.encode(message.buses[i], writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Status
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Status & canward.v1.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Status.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Status();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.presence = value;
                            else
                                delete message.presence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.softwareVersion = value;
                            else
                                delete message.softwareVersion;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.catalogue = value;
                            else
                                delete message.catalogue;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.policyVersion = value;
                            else
                                delete message.policyVersion;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if (message.counters === $util.emptyObject)
                                message.counters = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.counters, key);
                            message.counters[key] = value;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            message.backlog = $root.canward.v1.Backlog.decode(reader, reader.size(), $undefined, _depth + 1, message.backlog);
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.timeMs = value;
                            else
                                delete message.timeMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if (!(message.buses && message.buses.length))
                                message.buses = [];
                            message.buses.push($root.canward.v1.BusStatus.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Status;
        })();

        v1.BusStatus = (function() {

            /**
             * Properties of a BusStatus.
             * @typedef {Object} canward.v1.BusStatus.$Properties
             * @property {string|null} [name] BusStatus name
             * @property {string|null} ["interface"] BusStatus interface
             * @property {canward.v1.BusState|null} [state] BusStatus state
             * @property {boolean|null} [silent] BusStatus silent
             * @property {canward.v1.ControllerState|null} [controller] BusStatus controller
             * @property {canward.v1.ListenOnly|null} [listenOnly] BusStatus listenOnly
             * @property {string|null} [reader] BusStatus reader
             * @property {canward.v1.TimestampSource|null} [timestamps] BusStatus timestamps
             * @property {boolean|null} [countsLosses] BusStatus countsLosses
             * @property {number|null} [receiveBufferBytes] BusStatus receiveBufferBytes
             * @property {number|null} [silenceLimitMs] BusStatus silenceLimitMs
             * @property {number|null} [lastFrameMs] BusStatus lastFrameMs
             * @property {Object.<string,number>|null} [counters] BusStatus counters
             * @property {number|null} [bitRate] BusStatus bitRate
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a BusStatus.
             * @memberof canward.v1
             * @interface IBusStatus
             * @augments canward.v1.BusStatus.$Properties
             * @deprecated Use canward.v1.BusStatus.$Properties instead.
             */

            /**
             * Shape of a BusStatus.
             * @typedef {canward.v1.BusStatus.$Properties} canward.v1.BusStatus.$Shape
             */

            /**
             * Constructs a new BusStatus.
             * @memberof canward.v1
             * @classdesc Represents a BusStatus.
             * @constructor
             * @param {canward.v1.BusStatus.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const BusStatus = function (properties) {
                this.counters = {};
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * BusStatus name.
             * @member {string} name
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.name = "";

            /**
             * BusStatus interface.
             * @member {string} interface
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype["interface"] = "";

            /**
             * BusStatus state.
             * @member {canward.v1.BusState} state
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.state = 0;

            /**
             * BusStatus silent.
             * @member {boolean} silent
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.silent = false;

            /**
             * BusStatus controller.
             * @member {canward.v1.ControllerState} controller
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.controller = 0;

            /**
             * BusStatus listenOnly.
             * @member {canward.v1.ListenOnly} listenOnly
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.listenOnly = 0;

            /**
             * BusStatus reader.
             * @member {string} reader
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.reader = "";

            /**
             * BusStatus timestamps.
             * @member {canward.v1.TimestampSource} timestamps
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.timestamps = 0;

            /**
             * BusStatus countsLosses.
             * @member {boolean} countsLosses
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.countsLosses = false;

            /**
             * BusStatus receiveBufferBytes.
             * @member {number} receiveBufferBytes
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.receiveBufferBytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * BusStatus silenceLimitMs.
             * @member {number} silenceLimitMs
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.silenceLimitMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * BusStatus lastFrameMs.
             * @member {number|null|undefined} lastFrameMs
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.lastFrameMs = null;

            /**
             * BusStatus counters.
             * @member {Object.<string,number>} counters
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.counters = $util.emptyObject;

            /**
             * BusStatus bitRate.
             * @member {number} bitRate
             * @memberof canward.v1.BusStatus
             * @instance
             */
            BusStatus.prototype.bitRate = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(BusStatus.prototype, "_lastFrameMs", {
                get: $util.oneOfGetter($oneOfFields = ["lastFrameMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified BusStatus message. Does not implicitly {@link canward.v1.BusStatus.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.BusStatus
             * @static
             * @param {canward.v1.BusStatus.$Properties} message BusStatus message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            BusStatus.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.name);
                if (message["interface"] != null && $Object.hasOwnProperty.call(message, "interface") && message["interface"] !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message["interface"]);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.state);
                if (message.silent != null && $Object.hasOwnProperty.call(message, "silent") && message.silent !== false)
                    writer.uint32(/* id 4, wireType 0 =*/32).bool(message.silent);
                if (message.controller != null && $Object.hasOwnProperty.call(message, "controller") && message.controller !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).int32(message.controller);
                if (message.listenOnly != null && $Object.hasOwnProperty.call(message, "listenOnly") && message.listenOnly !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).int32(message.listenOnly);
                if (message.reader != null && $Object.hasOwnProperty.call(message, "reader") && message.reader !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.reader);
                if (message.timestamps != null && $Object.hasOwnProperty.call(message, "timestamps") && message.timestamps !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).int32(message.timestamps);
                if (message.countsLosses != null && $Object.hasOwnProperty.call(message, "countsLosses") && message.countsLosses !== false)
                    writer.uint32(/* id 9, wireType 0 =*/72).bool(message.countsLosses);
                if (message.receiveBufferBytes != null && $Object.hasOwnProperty.call(message, "receiveBufferBytes") && (typeof message.receiveBufferBytes === "object" ? message.receiveBufferBytes.low || message.receiveBufferBytes.high : message.receiveBufferBytes !== 0))
                    writer.uint32(/* id 10, wireType 0 =*/80).uint64(message.receiveBufferBytes);
                if (message.silenceLimitMs != null && $Object.hasOwnProperty.call(message, "silenceLimitMs") && (typeof message.silenceLimitMs === "object" ? message.silenceLimitMs.low || message.silenceLimitMs.high : message.silenceLimitMs !== 0))
                    writer.uint32(/* id 11, wireType 0 =*/88).uint64(message.silenceLimitMs);
                if (message.lastFrameMs != null && $Object.hasOwnProperty.call(message, "lastFrameMs"))
                    writer.uint32(/* id 12, wireType 0 =*/96).uint64(message.lastFrameMs);
                if (message.counters != null && $Object.hasOwnProperty.call(message, "counters"))
                    for (let keys = $Object.keys(message.counters), i = 0; i < keys.length; ++i)
                        writer.uint32(/* id 13, wireType 2 =*/106).fork().uint32(/* id 1, wireType 2 =*/10).string(keys[i]).uint32(/* id 2, wireType 0 =*/16).uint64(message.counters[keys[i]]).ldelim();
                if (message.bitRate != null && $Object.hasOwnProperty.call(message, "bitRate") && (typeof message.bitRate === "object" ? message.bitRate.low || message.bitRate.high : message.bitRate !== 0))
                    writer.uint32(/* id 14, wireType 0 =*/112).uint64(message.bitRate);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a BusStatus message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.BusStatus
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.BusStatus & canward.v1.BusStatus.$Shape} BusStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            BusStatus.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, key, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.BusStatus();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.name = value;
                            else
                                delete message.name;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message["interface"] = value;
                            else
                                delete message["interface"];
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.silent = value;
                            else
                                delete message.silent;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.controller = value;
                            else
                                delete message.controller;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.listenOnly = value;
                            else
                                delete message.listenOnly;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reader = value;
                            else
                                delete message.reader;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.timestamps = value;
                            else
                                delete message.timestamps;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.countsLosses = value;
                            else
                                delete message.countsLosses;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.receiveBufferBytes = value;
                            else
                                delete message.receiveBufferBytes;
                            continue;
                        }
                    case 11: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.silenceLimitMs = value;
                            else
                                delete message.silenceLimitMs;
                            continue;
                        }
                    case 12: {
                            if (wireType !== 0)
                                break;
                            message.lastFrameMs = reader.uint64();
                            message._lastFrameMs = "lastFrameMs";
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            if (message.counters === $util.emptyObject)
                                message.counters = {};
                            let end2 = reader.size() + reader.pos;
                            if (end2 > reader.len)
                                throw $RangeError("index out of range");
                            reader.len = end2;
                            key = "";
                            value = $util.Long ? $util.Long.fromNumber(0, true) : 0;
                            while (reader.pos < end2) {
                                let tag2 = reader.tag();
                                wireType = tag2 & 7;
                                switch (tag2 >>>= 3) {
                                case 1:
                                    if (wireType !== 2)
                                        break;
                                    key = reader.stringVerify();
                                    continue;
                                case 2:
                                    if (wireType !== 0)
                                        break;
                                    value = reader.uint64();
                                    continue;
                                }
                                reader.skipType(wireType, _depth, tag2);
                            }
                            if (reader.pos !== end2)
                                throw $RangeError("index out of range");
                            reader.len = end;
                            if (key === "__proto__")
                                $util.makeProp(message.counters, key);
                            message.counters[key] = value;
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bitRate = value;
                            else
                                delete message.bitRate;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return BusStatus;
        })();

        /**
         * BusState enum.
         * @name canward.v1.BusState
         * @enum {number}
         * @property {number} BUS_STATE_UNSPECIFIED=0 BUS_STATE_UNSPECIFIED value
         * @property {number} BUS_STATE_REPLAY=1 BUS_STATE_REPLAY value
         * @property {number} BUS_STATE_ABSENT=2 BUS_STATE_ABSENT value
         * @property {number} BUS_STATE_DOWN=3 BUS_STATE_DOWN value
         * @property {number} BUS_STATE_NO_CARRIER=4 BUS_STATE_NO_CARRIER value
         * @property {number} BUS_STATE_UP=5 BUS_STATE_UP value
         */
        v1.BusState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "BUS_STATE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "BUS_STATE_REPLAY"] = 1;
            values[valuesById[2] = "BUS_STATE_ABSENT"] = 2;
            values[valuesById[3] = "BUS_STATE_DOWN"] = 3;
            values[valuesById[4] = "BUS_STATE_NO_CARRIER"] = 4;
            values[valuesById[5] = "BUS_STATE_UP"] = 5;
            return values;
        })();

        /**
         * ControllerState enum.
         * @name canward.v1.ControllerState
         * @enum {number}
         * @property {number} CONTROLLER_STATE_UNSPECIFIED=0 CONTROLLER_STATE_UNSPECIFIED value
         * @property {number} CONTROLLER_STATE_UNKNOWN=1 CONTROLLER_STATE_UNKNOWN value
         * @property {number} CONTROLLER_STATE_ACTIVE=2 CONTROLLER_STATE_ACTIVE value
         * @property {number} CONTROLLER_STATE_WARNING=3 CONTROLLER_STATE_WARNING value
         * @property {number} CONTROLLER_STATE_PASSIVE=4 CONTROLLER_STATE_PASSIVE value
         * @property {number} CONTROLLER_STATE_BUS_OFF=5 CONTROLLER_STATE_BUS_OFF value
         */
        v1.ControllerState = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CONTROLLER_STATE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "CONTROLLER_STATE_UNKNOWN"] = 1;
            values[valuesById[2] = "CONTROLLER_STATE_ACTIVE"] = 2;
            values[valuesById[3] = "CONTROLLER_STATE_WARNING"] = 3;
            values[valuesById[4] = "CONTROLLER_STATE_PASSIVE"] = 4;
            values[valuesById[5] = "CONTROLLER_STATE_BUS_OFF"] = 5;
            return values;
        })();

        /**
         * ListenOnly enum.
         * @name canward.v1.ListenOnly
         * @enum {number}
         * @property {number} LISTEN_ONLY_UNSPECIFIED=0 LISTEN_ONLY_UNSPECIFIED value
         * @property {number} LISTEN_ONLY_UNKNOWN=1 LISTEN_ONLY_UNKNOWN value
         * @property {number} LISTEN_ONLY_YES=2 LISTEN_ONLY_YES value
         * @property {number} LISTEN_ONLY_NO=3 LISTEN_ONLY_NO value
         * @property {number} LISTEN_ONLY_VIRTUAL=4 LISTEN_ONLY_VIRTUAL value
         */
        v1.ListenOnly = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "LISTEN_ONLY_UNSPECIFIED"] = 0;
            values[valuesById[1] = "LISTEN_ONLY_UNKNOWN"] = 1;
            values[valuesById[2] = "LISTEN_ONLY_YES"] = 2;
            values[valuesById[3] = "LISTEN_ONLY_NO"] = 3;
            values[valuesById[4] = "LISTEN_ONLY_VIRTUAL"] = 4;
            return values;
        })();

        /**
         * TimestampSource enum.
         * @name canward.v1.TimestampSource
         * @enum {number}
         * @property {number} TIMESTAMP_SOURCE_UNSPECIFIED=0 TIMESTAMP_SOURCE_UNSPECIFIED value
         * @property {number} TIMESTAMP_SOURCE_NONE=1 TIMESTAMP_SOURCE_NONE value
         * @property {number} TIMESTAMP_SOURCE_RECORDED=2 TIMESTAMP_SOURCE_RECORDED value
         * @property {number} TIMESTAMP_SOURCE_ARRIVAL=3 TIMESTAMP_SOURCE_ARRIVAL value
         * @property {number} TIMESTAMP_SOURCE_KERNEL=4 TIMESTAMP_SOURCE_KERNEL value
         * @property {number} TIMESTAMP_SOURCE_HARDWARE=5 TIMESTAMP_SOURCE_HARDWARE value
         */
        v1.TimestampSource = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "TIMESTAMP_SOURCE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "TIMESTAMP_SOURCE_NONE"] = 1;
            values[valuesById[2] = "TIMESTAMP_SOURCE_RECORDED"] = 2;
            values[valuesById[3] = "TIMESTAMP_SOURCE_ARRIVAL"] = 3;
            values[valuesById[4] = "TIMESTAMP_SOURCE_KERNEL"] = 4;
            values[valuesById[5] = "TIMESTAMP_SOURCE_HARDWARE"] = 5;
            return values;
        })();

        /**
         * Presence enum.
         * @name canward.v1.Presence
         * @enum {number}
         * @property {number} PRESENCE_UNSPECIFIED=0 PRESENCE_UNSPECIFIED value
         * @property {number} PRESENCE_ONLINE=1 PRESENCE_ONLINE value
         * @property {number} PRESENCE_OFFLINE=2 PRESENCE_OFFLINE value
         * @property {number} PRESENCE_LOST=3 PRESENCE_LOST value
         */
        v1.Presence = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "PRESENCE_UNSPECIFIED"] = 0;
            values[valuesById[1] = "PRESENCE_ONLINE"] = 1;
            values[valuesById[2] = "PRESENCE_OFFLINE"] = 2;
            values[valuesById[3] = "PRESENCE_LOST"] = 3;
            return values;
        })();

        v1.Backlog = (function() {

            /**
             * Properties of a Backlog.
             * @typedef {Object} canward.v1.Backlog.$Properties
             * @property {number|null} [segments] Backlog segments
             * @property {number|null} [bytes] Backlog bytes
             * @property {number|null} [oldestMs] Backlog oldestMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Backlog.
             * @memberof canward.v1
             * @interface IBacklog
             * @augments canward.v1.Backlog.$Properties
             * @deprecated Use canward.v1.Backlog.$Properties instead.
             */

            /**
             * Shape of a Backlog.
             * @typedef {canward.v1.Backlog.$Properties} canward.v1.Backlog.$Shape
             */

            /**
             * Constructs a new Backlog.
             * @memberof canward.v1
             * @classdesc Represents a Backlog.
             * @constructor
             * @param {canward.v1.Backlog.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Backlog = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Backlog segments.
             * @member {number} segments
             * @memberof canward.v1.Backlog
             * @instance
             */
            Backlog.prototype.segments = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Backlog bytes.
             * @member {number} bytes
             * @memberof canward.v1.Backlog
             * @instance
             */
            Backlog.prototype.bytes = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Backlog oldestMs.
             * @member {number|null|undefined} oldestMs
             * @memberof canward.v1.Backlog
             * @instance
             */
            Backlog.prototype.oldestMs = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Backlog.prototype, "_oldestMs", {
                get: $util.oneOfGetter($oneOfFields = ["oldestMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Backlog message. Does not implicitly {@link canward.v1.Backlog.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Backlog
             * @static
             * @param {canward.v1.Backlog.$Properties} message Backlog message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Backlog.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.segments != null && $Object.hasOwnProperty.call(message, "segments") && (typeof message.segments === "object" ? message.segments.low || message.segments.high : message.segments !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.segments);
                if (message.bytes != null && $Object.hasOwnProperty.call(message, "bytes") && (typeof message.bytes === "object" ? message.bytes.low || message.bytes.high : message.bytes !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.bytes);
                if (message.oldestMs != null && $Object.hasOwnProperty.call(message, "oldestMs"))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.oldestMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Backlog message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Backlog
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Backlog & canward.v1.Backlog.$Shape} Backlog
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Backlog.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Backlog();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.segments = value;
                            else
                                delete message.segments;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.bytes = value;
                            else
                                delete message.bytes;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.oldestMs = reader.uint64();
                            message._oldestMs = "oldestMs";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Backlog;
        })();

        v1.Batch = (function() {

            /**
             * Properties of a Batch.
             * @typedef {Object} canward.v1.Batch.$Properties
             * @property {Uint8Array|null} [stream] Batch stream
             * @property {number|null} [firstSequence] Batch firstSequence
             * @property {number|null} [lastSequence] Batch lastSequence
             * @property {Uint8Array|null} [catalogue] Batch catalogue
             * @property {number|null} [spanFromMs] Batch spanFromMs
             * @property {number|null} [spanToMs] Batch spanToMs
             * @property {number|null} [clockOffsetMs] Batch clockOffsetMs
             * @property {canward.v1.ClockQuality|null} [clockQuality] Batch clockQuality
             * @property {number|null} [datapoints] Batch datapoints
             * @property {Array.<canward.v1.Gap.$Properties>|null} [gaps] Batch gaps
             * @property {Uint8Array|null} [columns] Batch columns
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Batch.
             * @memberof canward.v1
             * @interface IBatch
             * @augments canward.v1.Batch.$Properties
             * @deprecated Use canward.v1.Batch.$Properties instead.
             */

            /**
             * Shape of a Batch.
             * @typedef {canward.v1.Batch.$Properties} canward.v1.Batch.$Shape
             */

            /**
             * Constructs a new Batch.
             * @memberof canward.v1
             * @classdesc Represents a Batch.
             * @constructor
             * @param {canward.v1.Batch.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Batch = function (properties) {
                this.gaps = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Batch stream.
             * @member {Uint8Array} stream
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.stream = $util.newBuffer([]);

            /**
             * Batch firstSequence.
             * @member {number} firstSequence
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.firstSequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch lastSequence.
             * @member {number} lastSequence
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.lastSequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch catalogue.
             * @member {Uint8Array} catalogue
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.catalogue = $util.newBuffer([]);

            /**
             * Batch spanFromMs.
             * @member {number} spanFromMs
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.spanFromMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch spanToMs.
             * @member {number} spanToMs
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.spanToMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Batch clockOffsetMs.
             * @member {number} clockOffsetMs
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.clockOffsetMs = $util.Long ? $util.Long.fromBits(0,0,false) : 0;

            /**
             * Batch clockQuality.
             * @member {canward.v1.ClockQuality} clockQuality
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.clockQuality = 0;

            /**
             * Batch datapoints.
             * @member {number} datapoints
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.datapoints = 0;

            /**
             * Batch gaps.
             * @member {Array.<canward.v1.Gap.$Properties>} gaps
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.gaps = $util.emptyArray;

            /**
             * Batch columns.
             * @member {Uint8Array} columns
             * @memberof canward.v1.Batch
             * @instance
             */
            Batch.prototype.columns = $util.newBuffer([]);

            /**
             * Encodes the specified Batch message. Does not implicitly {@link canward.v1.Batch.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Batch
             * @static
             * @param {canward.v1.Batch.$Properties} message Batch message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Batch.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.stream != null && $Object.hasOwnProperty.call(message, "stream") && message.stream.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.stream);
                if (message.firstSequence != null && $Object.hasOwnProperty.call(message, "firstSequence") && (typeof message.firstSequence === "object" ? message.firstSequence.low || message.firstSequence.high : message.firstSequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.firstSequence);
                if (message.lastSequence != null && $Object.hasOwnProperty.call(message, "lastSequence") && (typeof message.lastSequence === "object" ? message.lastSequence.low || message.lastSequence.high : message.lastSequence !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.lastSequence);
                if (message.catalogue != null && $Object.hasOwnProperty.call(message, "catalogue") && message.catalogue.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.catalogue);
                if (message.spanFromMs != null && $Object.hasOwnProperty.call(message, "spanFromMs") && (typeof message.spanFromMs === "object" ? message.spanFromMs.low || message.spanFromMs.high : message.spanFromMs !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.spanFromMs);
                if (message.spanToMs != null && $Object.hasOwnProperty.call(message, "spanToMs") && (typeof message.spanToMs === "object" ? message.spanToMs.low || message.spanToMs.high : message.spanToMs !== 0))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint64(message.spanToMs);
                if (message.clockOffsetMs != null && $Object.hasOwnProperty.call(message, "clockOffsetMs") && (typeof message.clockOffsetMs === "object" ? message.clockOffsetMs.low || message.clockOffsetMs.high : message.clockOffsetMs !== 0))
                    writer.uint32(/* id 7, wireType 0 =*/56).sint64(message.clockOffsetMs);
                if (message.clockQuality != null && $Object.hasOwnProperty.call(message, "clockQuality") && message.clockQuality !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).int32(message.clockQuality);
                if (message.datapoints != null && $Object.hasOwnProperty.call(message, "datapoints") && message.datapoints !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.datapoints);
                if (message.gaps != null && message.gaps.length)
                    for (let i = 0; i < message.gaps.length; ++i)
                        $root.canward.v1.Gap.encode(message.gaps[i], writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.columns != null && $Object.hasOwnProperty.call(message, "columns") && message.columns.length)
                    writer.uint32(/* id 15, wireType 2 =*/122).bytes(message.columns);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Batch message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Batch
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Batch & canward.v1.Batch.$Shape} Batch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Batch.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Batch();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.stream = value;
                            else
                                delete message.stream;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstSequence = value;
                            else
                                delete message.firstSequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastSequence = value;
                            else
                                delete message.lastSequence;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.catalogue = value;
                            else
                                delete message.catalogue;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.spanFromMs = value;
                            else
                                delete message.spanFromMs;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.spanToMs = value;
                            else
                                delete message.spanToMs;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.sint64()) === "object" ? value.low || value.high : value !== 0)
                                message.clockOffsetMs = value;
                            else
                                delete message.clockOffsetMs;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.clockQuality = value;
                            else
                                delete message.clockQuality;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.datapoints = value;
                            else
                                delete message.datapoints;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            if (!(message.gaps && message.gaps.length))
                                message.gaps = [];
                            message.gaps.push($root.canward.v1.Gap.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 15: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.columns = value;
                            else
                                delete message.columns;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Batch;
        })();

        /**
         * ClockQuality enum.
         * @name canward.v1.ClockQuality
         * @enum {number}
         * @property {number} CLOCK_QUALITY_UNKNOWN=0 CLOCK_QUALITY_UNKNOWN value
         * @property {number} CLOCK_QUALITY_SYNCHRONIZED=1 CLOCK_QUALITY_SYNCHRONIZED value
         * @property {number} CLOCK_QUALITY_RECORDED=2 CLOCK_QUALITY_RECORDED value
         */
        v1.ClockQuality = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CLOCK_QUALITY_UNKNOWN"] = 0;
            values[valuesById[1] = "CLOCK_QUALITY_SYNCHRONIZED"] = 1;
            values[valuesById[2] = "CLOCK_QUALITY_RECORDED"] = 2;
            return values;
        })();

        v1.Gap = (function() {

            /**
             * Properties of a Gap.
             * @typedef {Object} canward.v1.Gap.$Properties
             * @property {number|null} [firstSequence] Gap firstSequence
             * @property {number|null} [lastSequence] Gap lastSequence
             * @property {number|null} [fromMs] Gap fromMs
             * @property {number|null} [toMs] Gap toMs
             * @property {number|null} [datapoints] Gap datapoints
             * @property {canward.v1.GapReason|null} [reason] Gap reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Gap.
             * @memberof canward.v1
             * @interface IGap
             * @augments canward.v1.Gap.$Properties
             * @deprecated Use canward.v1.Gap.$Properties instead.
             */

            /**
             * Shape of a Gap.
             * @typedef {canward.v1.Gap.$Properties} canward.v1.Gap.$Shape
             */

            /**
             * Constructs a new Gap.
             * @memberof canward.v1
             * @classdesc Represents a Gap.
             * @constructor
             * @param {canward.v1.Gap.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Gap = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Gap firstSequence.
             * @member {number} firstSequence
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.firstSequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap lastSequence.
             * @member {number} lastSequence
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.lastSequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap fromMs.
             * @member {number} fromMs
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.fromMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap toMs.
             * @member {number} toMs
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.toMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap datapoints.
             * @member {number} datapoints
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.datapoints = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Gap reason.
             * @member {canward.v1.GapReason} reason
             * @memberof canward.v1.Gap
             * @instance
             */
            Gap.prototype.reason = 0;

            /**
             * Encodes the specified Gap message. Does not implicitly {@link canward.v1.Gap.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Gap
             * @static
             * @param {canward.v1.Gap.$Properties} message Gap message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Gap.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.firstSequence != null && $Object.hasOwnProperty.call(message, "firstSequence") && (typeof message.firstSequence === "object" ? message.firstSequence.low || message.firstSequence.high : message.firstSequence !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.firstSequence);
                if (message.lastSequence != null && $Object.hasOwnProperty.call(message, "lastSequence") && (typeof message.lastSequence === "object" ? message.lastSequence.low || message.lastSequence.high : message.lastSequence !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.lastSequence);
                if (message.fromMs != null && $Object.hasOwnProperty.call(message, "fromMs") && (typeof message.fromMs === "object" ? message.fromMs.low || message.fromMs.high : message.fromMs !== 0))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint64(message.fromMs);
                if (message.toMs != null && $Object.hasOwnProperty.call(message, "toMs") && (typeof message.toMs === "object" ? message.toMs.low || message.toMs.high : message.toMs !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.toMs);
                if (message.datapoints != null && $Object.hasOwnProperty.call(message, "datapoints") && (typeof message.datapoints === "object" ? message.datapoints.low || message.datapoints.high : message.datapoints !== 0))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint64(message.datapoints);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).int32(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Gap message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Gap
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Gap & canward.v1.Gap.$Shape} Gap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Gap.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Gap();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.firstSequence = value;
                            else
                                delete message.firstSequence;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.lastSequence = value;
                            else
                                delete message.lastSequence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.fromMs = value;
                            else
                                delete message.fromMs;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.toMs = value;
                            else
                                delete message.toMs;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.datapoints = value;
                            else
                                delete message.datapoints;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Gap;
        })();

        /**
         * GapReason enum.
         * @name canward.v1.GapReason
         * @enum {number}
         * @property {number} GAP_REASON_UNSPECIFIED=0 GAP_REASON_UNSPECIFIED value
         * @property {number} GAP_REASON_EVICTED=1 GAP_REASON_EVICTED value
         */
        v1.GapReason = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "GAP_REASON_UNSPECIFIED"] = 0;
            values[valuesById[1] = "GAP_REASON_EVICTED"] = 1;
            return values;
        })();

        v1.Segment = (function() {

            /**
             * Properties of a Segment.
             * @typedef {Object} canward.v1.Segment.$Properties
             * @property {number|null} [datapoints] Segment datapoints
             * @property {canward.v1.Columns.$Properties|null} [columns] Segment columns
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Segment.
             * @memberof canward.v1
             * @interface ISegment
             * @augments canward.v1.Segment.$Properties
             * @deprecated Use canward.v1.Segment.$Properties instead.
             */

            /**
             * Shape of a Segment.
             * @typedef {canward.v1.Segment.$Properties} canward.v1.Segment.$Shape
             */

            /**
             * Constructs a new Segment.
             * @memberof canward.v1
             * @classdesc Represents a Segment.
             * @constructor
             * @param {canward.v1.Segment.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Segment = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Segment datapoints.
             * @member {number} datapoints
             * @memberof canward.v1.Segment
             * @instance
             */
            Segment.prototype.datapoints = 0;

            /**
             * Segment columns.
             * @member {canward.v1.Columns.$Properties|null|undefined} columns
             * @memberof canward.v1.Segment
             * @instance
             */
            Segment.prototype.columns = null;

            /**
             * Encodes the specified Segment message. Does not implicitly {@link canward.v1.Segment.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Segment
             * @static
             * @param {canward.v1.Segment.$Properties} message Segment message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Segment.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.datapoints != null && $Object.hasOwnProperty.call(message, "datapoints") && message.datapoints !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.datapoints);
                if (message.columns != null && $Object.hasOwnProperty.call(message, "columns"))
                    $root.canward.v1.Columns.encode(message.columns, writer.uint32(/* id 2, wireType 2 =*/18).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Segment message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Segment
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Segment & canward.v1.Segment.$Shape} Segment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Segment.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Segment();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.datapoints = value;
                            else
                                delete message.datapoints;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            message.columns = $root.canward.v1.Columns.decode(reader, reader.size(), $undefined, _depth + 1, message.columns);
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Segment;
        })();

        v1.Columns = (function() {

            /**
             * Properties of a Columns.
             * @typedef {Object} canward.v1.Columns.$Properties
             * @property {Uint8Array|null} [values] Columns values
             * @property {Uint8Array|null} [presence] Columns presence
             * @property {Uint8Array|null} [times] Columns times
             * @property {Uint8Array|null} [shape] Columns shape
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Columns.
             * @memberof canward.v1
             * @interface IColumns
             * @augments canward.v1.Columns.$Properties
             * @deprecated Use canward.v1.Columns.$Properties instead.
             */

            /**
             * Shape of a Columns.
             * @typedef {canward.v1.Columns.$Properties} canward.v1.Columns.$Shape
             */

            /**
             * Constructs a new Columns.
             * @memberof canward.v1
             * @classdesc Represents a Columns.
             * @constructor
             * @param {canward.v1.Columns.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Columns = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Columns values.
             * @member {Uint8Array} values
             * @memberof canward.v1.Columns
             * @instance
             */
            Columns.prototype.values = $util.newBuffer([]);

            /**
             * Columns presence.
             * @member {Uint8Array} presence
             * @memberof canward.v1.Columns
             * @instance
             */
            Columns.prototype.presence = $util.newBuffer([]);

            /**
             * Columns times.
             * @member {Uint8Array} times
             * @memberof canward.v1.Columns
             * @instance
             */
            Columns.prototype.times = $util.newBuffer([]);

            /**
             * Columns shape.
             * @member {Uint8Array} shape
             * @memberof canward.v1.Columns
             * @instance
             */
            Columns.prototype.shape = $util.newBuffer([]);

            /**
             * Encodes the specified Columns message. Does not implicitly {@link canward.v1.Columns.verify|verify} messages.
             * @function encode
             * @memberof canward.v1.Columns
             * @static
             * @param {canward.v1.Columns.$Properties} message Columns message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Columns.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.values != null && $Object.hasOwnProperty.call(message, "values") && message.values.length)
                    writer.uint32(/* id 1, wireType 2 =*/10).bytes(message.values);
                if (message.presence != null && $Object.hasOwnProperty.call(message, "presence") && message.presence.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.presence);
                if (message.times != null && $Object.hasOwnProperty.call(message, "times") && message.times.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.times);
                if (message.shape != null && $Object.hasOwnProperty.call(message, "shape") && message.shape.length)
                    writer.uint32(/* id 4, wireType 2 =*/34).bytes(message.shape);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Columns message from the specified reader or buffer.
             * @function decode
             * @memberof canward.v1.Columns
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {canward.v1.Columns & canward.v1.Columns.$Shape} Columns
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Columns.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.canward.v1.Columns();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.values = value;
                            else
                                delete message.values;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.presence = value;
                            else
                                delete message.presence;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.times = value;
                            else
                                delete message.times;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.shape = value;
                            else
                                delete message.shape;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Columns;
        })();

        return v1;
    })();

    return canward;
})();

export {
  $root as default
};
