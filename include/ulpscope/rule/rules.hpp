// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "ulpscope/rule/adabelief.hpp"
#include "ulpscope/rule/adadelta.hpp"
#include "ulpscope/rule/adafactor.hpp"
#include "ulpscope/rule/adagrad.hpp"
#include "ulpscope/rule/adam.hpp"
#include "ulpscope/rule/adamax.hpp"
#include "ulpscope/rule/adamw.hpp"
#include "ulpscope/rule/asgd.hpp"
#include "ulpscope/rule/lion.hpp"
#include "ulpscope/rule/nadam.hpp"
#include "ulpscope/rule/radam.hpp"
#include "ulpscope/rule/rmsprop.hpp"
#include "ulpscope/rule/rprop.hpp"
#include "ulpscope/rule/sgd.hpp"
#include "ulpscope/rule/yogi.hpp"

namespace ulpscope {

/// The one list of rules. Each is a struct of hyper-parameters with `name`, `summary`, `options()`,
/// `conflict()` if values can be at odds, `moments()`, `joins_eps` if the eps policies apply to it,
/// and a template In<T>(options, layout, roles) that is a Rule<T>.
using Rules = TypeList<Adam, Sgd, Asgd, Rprop, Adagrad, Adadelta, Rmsprop, AdamW, Adamax, Nadam,
                       Radam, Yogi, AdaBelief, Lion, Adafactor>;

}  // namespace ulpscope
