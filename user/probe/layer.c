/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/layer.h"

#if defined(__x86_64__)

#include <capstone/capstone.h>
#include <string.h>

#define CALL 0xe8
#define CALL_BYTES 5
#define INSTRUCTIONS_MAX 400
#define STORES_MAX 128
#define CALLS_MAX 16 /* of a file that lies */
#define LAYERED 4 /* PR_DESC_LAYERED, PRIOMethods.file_type */

/* An address in the file: of code, or of a pointer to it. 0: unknown. */
struct value {
	uint64_t address;
	bool pointer;
};

struct store {
	uint64_t at;
	struct value value;
};

struct reading {
	csh handle;
	struct value low[X86_REG_ENDING], high[X86_REG_ENDING]; /* high: of xmm registers */
	struct store store[STORES_MAX];
	size_t stores;
	uint64_t table; /* where LAYERED was put, 0: nowhere */
};

static bool is_vector(uint16_t reg)
{
	return reg >= X86_REG_XMM0 && reg <= X86_REG_XMM15;
}

/* The address that an operand names relative to the instruction; 0: it is none such. */
static uint64_t named(const cs_insn *in, const cs_x86_op *op)
{
	if (op->type != X86_OP_MEM || op->mem.base != X86_REG_RIP || op->mem.index)
		return 0;
	return in->address + in->size + (uint64_t)op->mem.disp;
}

static void put(struct reading *r, uint64_t at, struct value value)
{
	if (r->stores < STORES_MAX)
		r->store[r->stores++] = (struct store){ at, value };
}

static struct value pointer_at(uint64_t address)
{
	return (struct value){ address, true };
}

/* To memory: 8 bytes, or 16 of a vector. */
static void stores(struct reading *r, const cs_insn *in, const cs_x86_op *op)
{
	uint64_t at = named(in, &op[0]);

	if (!at)
		return;
	if (op[1].type == X86_OP_IMM && op[0].size == 4 && op[1].imm == LAYERED)
		r->table = at;
	if (op[1].type != X86_OP_REG || op[1].reg >= X86_REG_ENDING || op[0].size < 8)
		return;
	put(r, at, r->low[op[1].reg]);
	if (op[0].size == 16)
		put(r, at + 8, r->high[op[1].reg]);
}

/* To the register `to`, whole. */
static void loads(struct reading *r, const cs_insn *in, const cs_x86_op *op, uint16_t to)
{
	uint64_t at = named(in, &op[1]);
	bool wide = is_vector(to) && op[0].size == 16 && op[1].size == 16;

	if (at) {
		r->low[to] = pointer_at(at);
		r->high[to] = wide ? pointer_at(at + 8) : (struct value){ 0 };
	} else if (op[1].type == X86_OP_REG && op[1].reg < X86_REG_ENDING) {
		r->low[to] = r->low[op[1].reg];
		r->high[to] = wide ? r->high[op[1].reg] : (struct value){ 0 };
	}
}

static void forget_written(struct reading *r, const cs_insn *in)
{
	cs_regs read, written;
	uint8_t reads, writes;

	if (cs_regs_access(r->handle, in, read, &reads, written, &writes))
		return;
	for (uint8_t i = 0; i < writes; i++)
		if (written[i] < X86_REG_ENDING)
			r->low[written[i]] = r->high[written[i]] = (struct value){ 0 };
}

static void moves(struct reading *r, const cs_insn *in, const cs_x86_op *op, uint16_t to)
{
	if (!to) {
		stores(r, in, op);
		return;
	}
	if (op[1].type != X86_OP_REG || op[0].size < 8)
		forget_written(r, in);
	if (op[0].size >= 8)
		loads(r, in, op, to);
}

/* Into the upper half of a vector register, the lower one stays. */
static void joins(struct reading *r, const cs_insn *in, const cs_x86_op *op, uint16_t to)
{
	struct value low = r->low[to], high = pointer_at(named(in, &op[1]));

	if (op[1].type == X86_OP_REG && op[1].reg < X86_REG_ENDING)
		high = r->low[op[1].reg];
	if (in->id == X86_INS_PINSRQ && op[2].imm != 1)
		low = high = (struct value){ 0 };
	forget_written(r, in);
	r->low[to] = low;
	r->high[to] = high;
}

static void step(struct reading *r, const cs_insn *in)
{
	const cs_x86_op *op = in->detail->x86.operands;
	uint16_t to = in->detail->x86.op_count > 1 && op[0].type == X86_OP_REG &&
				      op[0].reg < X86_REG_ENDING ? (uint16_t)op[0].reg : X86_REG_INVALID;

	switch (in->id) {
	case X86_INS_LEA:
		forget_written(r, in);
		r->low[to] = (struct value){ named(in, &op[1]), false };
		return;
	case X86_INS_MOV: case X86_INS_MOVQ: case X86_INS_MOVUPS: case X86_INS_MOVAPS:
	case X86_INS_MOVDQA: case X86_INS_MOVDQU:
		moves(r, in, op, to);
		return;
	case X86_INS_MOVHPS: case X86_INS_PUNPCKLQDQ: case X86_INS_PINSRQ:
		if (to)
			joins(r, in, op, to);
		return;
	default:
		forget_written(r, in);
	}
}

static struct value stored(const struct reading *r, uint64_t at)
{
	for (size_t i = r->stores; i--;)
		if (r->store[i].at == at)
			return r->store[i].value;
	return (struct value){ 0 };
}

/* In struct PRIOMethods: file_type, close, read, write, ... recv, send. */
enum { CLOSE, READ, WRITE, RECEIVE, SEND, METHODS };
static const uint8_t slot[METHODS] = { 8, 16, 24, 136, 144 };

struct wanted {
	struct value value[METHODS];
};

static bool resolve(void *arg, uint64_t at, uint64_t to)
{
	struct wanted *w = arg;

	for (int i = 0; i < METHODS; i++)
		if (w->value[i].pointer && w->value[i].address == at)
			w->value[i] = (struct value){ to, false };
	return true;
}

static bool take(struct layer *to, struct image *image, const struct reading *r)
{
	uint64_t *const method[METHODS] = { &to->close, &to->read, &to->write, &to->receive, &to->send };
	uint64_t offset[METHODS];
	struct wanted w;

	for (int i = 0; i < METHODS; i++) {
		w.value[i] = stored(r, r->table + slot[i]);
		if (!r->table || !w.value[i].address)
			return false;
	}
	image_pointers(image, resolve, &w);
	for (int i = 0; i < METHODS; i++) {
		/* Where the linker packs what it fills in (RELR) the pointer itself is in its place. */
		if (w.value[i].pointer &&
		    !image_at(image, w.value[i].address, &w.value[i].address, sizeof(w.value[i].address)))
			return false;
		offset[i] = image_offset(image, w.value[i].address);
		if (!offset[i])
			return false;
	}
	for (int i = 0; i < METHODS; i++)
		*method[i] = offset[i];
	return true;
}

/* The code behind the call, straight on. */
static void read_code(struct reading *r, cs_insn *in, const uint8_t *code, size_t bytes, uint64_t address)
{
	for (int i = 0; i < INSTRUCTIONS_MAX && cs_disasm_iter(r->handle, &code, &bytes, &address, in); i++) {
		if (cs_insn_group(r->handle, in, CS_GRP_RET) || cs_insn_group(r->handle, in, CS_GRP_JUMP))
			return;
		if (cs_insn_group(r->handle, in, CS_GRP_CALL)) { /* memcpy(): a register may be anything then */
			memset(r->low, 0, sizeof(r->low));
			memset(r->high, 0, sizeof(r->high));
		} else {
			step(r, in);
		}
	}
}

static bool calls(const struct image *image, const struct image_part *part, size_t at, uint64_t methods)
{
	int32_t distance;

	if (part->bytes[at] != CALL)
		return false;
	memcpy(&distance, part->bytes + at + 1, sizeof(distance));
	return image_offset(image, part->address + at + CALL_BYTES + (uint64_t)(int64_t)distance) == methods;
}

static bool search(struct layer *to, struct image *image, const struct image_part *part, uint64_t methods,
		   csh handle, cs_insn *in)
{
	static struct reading r; /* 10 KiB; one thread */
	int looked = 0;

	for (size_t at = 0; at + CALL_BYTES < part->size && looked < CALLS_MAX; at++) {
		if (!calls(image, part, at, methods))
			continue;
		looked++;
		memset(&r, 0, sizeof(r));
		r.handle = handle;
		read_code(&r, in, part->bytes + at + CALL_BYTES, part->size - at - CALL_BYTES,
			  part->address + at + CALL_BYTES);
		if (take(to, image, &r))
			return true;
	}
	return false;
}

bool layer_read(struct layer *to, struct image *image, uint64_t methods)
{
	struct image_part part;
	bool found = false;
	cs_insn *in;
	csh handle;

	if (!methods || cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK)
		return false;
	cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
	in = cs_malloc(handle);
	for (size_t i = 0; in && !found && image_segment(image, i, &part); i++)
		if (part.size && image_offset(image, part.address + 1)) /* 0 may be an address, and an offset */
			found = search(to, image, &part, methods, handle, in);
	if (in)
		cs_free(in, 1);
	cs_close(&handle);
	return found;
}

#else

bool layer_read(struct layer *to, struct image *image, uint64_t methods)
{
	(void)to, (void)image, (void)methods;
	return false;
}

#endif
