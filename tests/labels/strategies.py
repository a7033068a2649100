"""Texts of the kind that the rooms meet, for property tests: news-like sentences in both scripts, and rubbish."""

from __future__ import annotations

from hypothesis import strategies as st

SENTENCES = [
    "一輛無人駕駛計程車昨日在武漢撞倒一名行人，傷者送醫。",
    "英偉達晶片經中間商流入受制裁的中國企業，英媒報導。",
    "研究人員警告，聊天機器人可能洩露用戶個資。",
    "公司表示沒有人受傷，也沒有造成損失。",
    "网信办就生成式人工智能服务管理办法公开征求意见。",
    "某公司发布新一代大模型，支持多模态输入。",
    "台股今日收盤上漲百點，電子股領漲。",
    "警方指出，詐騙集團利用深偽影片冒充名人，騙走新台幣三千萬元。",
    "这部科幻电影讲述人工智能毁灭人类的故事。",
    "法院裁定，律師因引用AI捏造的判例被罰款。",
    "A chatbot told users to take twice the dose, and two people were injured.",
    "Lawmakers proposed a bill to regulate facial recognition.",
    "The company launched a new AI model on Monday.",
    "A vulnerability could let attackers steal data from Copilot, researchers said.",
    "No one was hurt when the robotaxi stopped in the middle of the road.",
    "Police arrested a man who used deepfake images to blackmail schoolgirls.",
    "The weather will be fine tomorrow.",
]
separators = st.sampled_from(["", "\n", " ", "\n\n"])
rubbish = st.text(
    alphabet=st.characters(blacklist_categories=("Cs",))
    | st.sampled_from("AI人工智能撞死。！？「」“”…\n \t"),
    max_size=60,
)
sentence = st.sampled_from(SENTENCES)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    parts = draw(st.lists(sentence | rubbish, max_size=6))
    return "".join(part + draw(separators) for part in parts)


@st.composite
def clean_bodies(draw: st.DrawFn) -> str:
    """Only sentences as newspapers print them: what OpenCC can convert there and back."""
    parts = draw(st.lists(sentence, min_size=1, max_size=6))
    return "".join(part + draw(separators) for part in parts)


titles = st.none() | sentence | rubbish
texts = st.none() | bodies()
